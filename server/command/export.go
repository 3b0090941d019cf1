package command

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"hookbeam/server/client"
	"hookbeam/server/configfile"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/wire"
)

// exportConfigCmd is the command hookbeam export. It writes the endpoints of the server in the format that hookbeam
// apply reads. Secrets, secret settings, and URLs that may contain one are references to environment variables, which a
// comment at the beginning lists.
type exportConfigCmd struct {
	Output string `help:"File to create; default: standard output." short:"o" placeholder:"FILE"`
	Data   string `help:"Data folder of the running server." default:"./data" env:"HOOKBEAM_DATA" placeholder:"FOLDER"`
	remote
}

// Run writes the file.
func (c *exportConfigCmd) Run(ctx context.Context, d Deps) error {
	server, err := c.connect(ctx, c.Data, d.Version)
	if err != nil {
		return err
	}
	defer server.Close()
	all, err := server.ListEndpoints(ctx)
	if err != nil {
		return err
	}
	text, err := exported(all, d.Version)
	if err != nil {
		return err
	}
	if c.Output == "" {
		_, err = d.Stdio.Out.Write(text)
		return err
	}
	return writeNewFile(c.Output, text)
}

// writeNewFile writes a file that must not exist yet, readable by its owner only.
func writeNewFile(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &client.UsageError{Err: fmt.Errorf("create the file: %w", err)}
	}
	if _, err = file.Write(text); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

// exported returns endpoints as a configuration file, by name, so that two exports can be compared.
func exported(all []wire.Endpoint, version string) ([]byte, error) {
	slices.SortFunc(all, func(a, b wire.Endpoint) int { return strings.Compare(a.Name, b.Name) })
	names := &variableNames{used: map[string]bool{}}
	var list []configfile.Fields
	for i := range all {
		fields, err := exportedEndpoint(&all[i], names)
		if err != nil {
			return nil, err
		}
		list = append(list, fields)
	}
	comment := []string{"The endpoints of a Hookbeam server, as hookbeam export " + version + " wrote them."}
	if len(names.lines) > 0 {
		comment = append(comment, "", "Set these environment variables before you run hookbeam apply with this file,",
			"or replace each by ${file:PATH}:")
		comment = append(comment, names.lines...)
	}
	return configfile.Write(strings.ReplaceAll("# "+strings.Join(comment, "\n# "), "# \n", "#\n"), list)
}

// exportedEndpoint returns the fields of an endpoint, without those that have their default.
func exportedEndpoint(e *wire.Endpoint, names *variableNames) (configfile.Fields, error) {
	fields := configfile.Fields{
		{Name: "name", Value: e.Name}, {Name: "provider", Value: e.Provider}, {Name: "verify", Value: string(e.Verify)},
		{Name: "tolerance", Value: e.Tolerance},
	}
	secrets := []any{}
	for _, s := range e.Secrets {
		secrets = append(secrets, configfile.Fields{{Name: "label", Value: s.Label},
			{Name: "value", Value: names.next(e.Name, s.Label, "secret")}})
	}
	fields = append(fields, configfile.Field{Name: "secrets", Value: secrets})
	if e.MaxBody != hook.DefaultMaxBody {
		fields = append(fields, configfile.Field{Name: "max_body", Value: e.MaxBody})
	}
	if !e.Confirmed {
		fields = append(fields, configfile.Field{Name: "confirmed", Value: false})
	}
	if settings := exportedSettings(e, names); len(settings) > 0 {
		fields = append(fields, configfile.Field{Name: "settings", Value: settings})
	}
	signedURL := configfile.Field{Name: "signed_url", Value: e.SignedURL}
	if provider.SecretURL(e.SignedURL) {
		reference := names.next(e.Name, signedURL.Name, "secret")
		fields = append(fields, configfile.Field{Name: signedURL.Name, Value: reference})
		signedURL.Value = nil
	}
	for _, f := range []configfile.Field{signedURL, {Name: "allow", Value: e.Allow},
		{Name: "retention", Value: e.Retention}, {Name: "response", Value: e.Response},
		{Name: "statuses", Value: e.Statuses}} {
		value, err := plainValue(f.Value)
		if err != nil {
			return nil, err
		}
		if value != nil {
			fields = append(fields, configfile.Field{Name: f.Name, Value: value})
		}
	}
	return fields, nil
}

// exportedSettings returns the settings of an endpoint that are not empty. The secret ones are references.
func exportedSettings(e *wire.Endpoint, names *variableNames) (settings configfile.Fields) {
	for _, name := range sortedKeys(e.Settings) {
		if value := e.Settings[name]; value != "" {
			settings = append(settings, configfile.Field{Name: name, Value: value})
		}
	}
	for _, name := range e.SecretSettings {
		settings = append(settings, configfile.Field{Name: name, Value: names.next(e.Name, name, "setting")})
	}
	return settings
}

// plainValue returns a value as its JSON form, in the types of package configfile. Of objects it leaves out what is
// empty; what is empty as a whole is nil.
func plainValue(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return withoutEmpty(plain), nil
}

func withoutEmpty(value any) any {
	switch v := value.(type) {
	case map[string]any:
		var fields configfile.Fields
		for _, name := range sortedKeys(v) {
			if child := withoutEmpty(v[name]); child != nil {
				fields = append(fields, configfile.Field{Name: name, Value: child})
			}
		}
		if fields != nil {
			return fields
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		list := []any{}
		for _, item := range v {
			if plain := withoutEmpty(item); plain != nil {
				item = plain
			}
			list = append(list, item)
		}
		return list
	case json.Number:
		if n, err := v.Int64(); err == nil && n != 0 {
			return n
		}
	case string:
		if v != "" {
			return v
		}
	case bool:
		if v {
			return v
		}
	}
	return nil
}

// variableNames gives each secret the name of an environment variable of its own.
type variableNames struct {
	used  map[string]bool
	lines []string // of the comment
}

// notInVariables is what the name of a variable cannot contain.
var notInVariables = regexp.MustCompile(`[^A-Z0-9]+`)

// next returns a reference to the variable for a secret or a setting of an endpoint: ${SHOP_LIVE_SECRET}.
func (v *variableNames) next(endpoint, label, kind string) configfile.Reference {
	name := strings.Trim(notInVariables.ReplaceAllString(strings.ToUpper(endpoint+"_"+label), "_"), "_") + "_" +
		strings.ToUpper(kind)
	if name[0] >= '0' && name[0] <= '9' {
		name = "_" + name
	}
	for base, n := name, 2; v.used[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	v.used[name] = true
	v.lines = append(v.lines, fmt.Sprintf("  %s  the %s %q of %s", name, kind, printable(label), endpoint))
	slices.Sort(v.lines)
	return configfile.Reference("${" + name + "}")
}
