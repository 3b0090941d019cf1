package command

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"hookbeam/server/client"
	"hookbeam/server/configfile"
)

// configFlag declares the flag of the configuration file, which all commands have. Its settings are those of serve. A
// command that has a flag of the same name, such as --data, uses them too, so that it finds the server.
type configFlag struct {
	Config string `help:"Configuration file with the settings of serve (hookbeam.yaml). Flags win over variables, variables over the file, the file over defaults." env:"HOOKBEAM_CONFIG" placeholder:"FILE"`
}

// notSettings are the flags of serve that a configuration file cannot set.
var notSettings = []string{"help", "config", "json"}

// loadedConfig is the configuration file of a run. Its zero value is that no file was named.
type loadedConfig struct {
	file     *configfile.File
	settings map[string]configfile.Setting // by the name of the flag
}

// configName returns the name of the configuration file, from the arguments or the variable. It is needed before the
// arguments are parsed, because the file is a source of their values. The help needs no file.
func configName(args []string, env func(string) string) string {
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		return ""
	}
	for i, arg := range args {
		switch value, found := strings.CutPrefix(arg, "--config="); {
		case arg == "--":
			return env("HOOKBEAM_CONFIG")
		case found:
			return value
		case arg == "--config" && i+1 < len(args):
			return args[i+1]
		}
	}
	return env("HOOKBEAM_CONFIG")
}

// loadConfig reads a configuration file and checks its settings against the flags of serve. Its errors are of type
// *client.UsageError.
func loadConfig(name string, parser *kong.Kong, env func(string) string) (loadedConfig, error) {
	l := loadedConfig{settings: map[string]configfile.Setting{}}
	file, err := readConfig(name)
	if err != nil {
		return l, err
	}
	flags := serveFlags(parser)
	settings, err := file.Settings(sortedKeys(flags), sourceOf(name, env))
	if err != nil {
		return l, &client.UsageError{Err: err}
	}
	l.file = file
	for _, s := range settings {
		if err := checkSetting(flags[s.Name], s.Value); err != nil {
			return l, &client.UsageError{Err: &configfile.Error{File: file.Name, At: s.At,
				Text: s.Name + ": " + err.Error()}}
		}
		l.settings[s.Name] = s
	}
	return l, nil
}

// serveFlags returns the flags of serve that a file can set, by name.
func serveFlags(parser *kong.Kong) map[string]*kong.Flag {
	flags := map[string]*kong.Flag{}
	for _, node := range parser.Model.Children {
		if node.Name != "serve" {
			continue
		}
		for _, flag := range node.Flags {
			flags[flag.Name] = flag
		}
	}
	for _, name := range notSettings {
		delete(flags, name)
	}
	return flags
}

// checkSetting returns why a flag does not take a value.
func checkSetting(flag *kong.Flag, value string) error {
	if flag.Enum != "" && !flag.EnumMap()[value] {
		return fmt.Errorf("%q is none of %s", value, strings.ReplaceAll(flag.Enum, ",", ", "))
	}
	scratch := reflect.New(flag.Target.Type()).Elem()
	set := flag.Set
	err := flag.Parse(kong.Scan().PushTyped(value, kong.FlagValueToken), scratch)
	flag.Set = set
	if err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), flag.ShortSummary()+": "))
	}
	return nil
}

// resolver returns the file as a source of the values of flags, for those that neither an argument nor a variable sets.
func (l loadedConfig) resolver() kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		s, found := l.settings[flag.Name]
		if !found {
			return nil, nil
		}
		for _, name := range flag.Envs {
			if _, set := os.LookupEnv(name); set {
				return nil, nil
			}
		}
		return s.Value, nil
	})
}
