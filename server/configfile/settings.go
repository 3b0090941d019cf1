package configfile

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Setting is one setting of hookbeam serve.
type Setting struct {
	Name  string // of the flag, without its two hyphens
	Value string // as it would follow the flag; the elements of a list are joined by commas
	At    Position
}

// CheckSettings reports whether the file has settings. The error is about keys that are not known, as with Settings.
// Values are not looked at, so references to variables of another machine are no mistake.
func (f *File) CheckSettings(flags []string) (has bool, err error) {
	if f.settings == nil || isNull(f.settings) {
		return false, nil
	}
	f.eachSetting(flags, func(string, *yaml.Node) {})
	return true, f.failure()
}

// Settings returns the settings. flags are the names of those that there are. A file may have underscores in place of
// hyphens. References are resolved.
func (f *File) Settings(flags []string, from Source) ([]Setting, error) {
	if f.settings == nil || isNull(f.settings) {
		return nil, nil
	}
	var all []Setting
	f.eachSetting(flags, func(name string, value *yaml.Node) {
		if text, ok := f.settingValue(value, from); ok {
			all = append(all, Setting{name, text, Position{value.Line, value.Column}})
		}
	})
	return all, f.failure()
}

// eachSetting calls do for each setting, with the name of its flag.
func (f *File) eachSetting(flags []string, do func(name string, value *yaml.Node)) {
	known := append([]string{}, flags...)
	for _, name := range flags {
		if underscored := strings.ReplaceAll(name, "-", "_"); underscored != name {
			known = append(known, underscored)
		}
	}
	seen := map[string]bool{}
	f.eachKey(f.settings, known, func(key, value *yaml.Node) {
		name := strings.ReplaceAll(key.Value, "_", "-")
		if seen[name] {
			f.note(f.errorAt(key, "the key %q is here twice", key.Value))
		}
		seen[name] = true
		do(name, value)
	})
}

// settingValue returns the value of a setting: that of a scalar, or those of a list, joined.
func (f *File) settingValue(value *yaml.Node, from Source) (string, bool) {
	nodes := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		nodes = value.Content
	}
	var texts []string
	for _, n := range nodes {
		if n.Kind != yaml.ScalarNode || isNull(n) {
			f.note(f.errorAt(n, "expected a value, found %s", kindOf(n)))
			return "", false
		}
		text, ok := f.resolve(n, from)
		if !ok {
			return "", false
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ","), true
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }
