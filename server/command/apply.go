package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"hookbeam/server/api"
	"hookbeam/server/client"
	"hookbeam/server/configfile"
	"hookbeam/server/wire"
)

// applyCmd is the command hookbeam apply. It makes the endpoints of the server as a file describes them, and prints
// what it changes. References in the file are resolved here: the server gets values and no path. With --json it prints
// the response of POST /apply.
type applyCmd struct {
	File   string `arg:"" help:"hookbeam.yaml; - for standard input." placeholder:"FILE"`
	DryRun bool   `help:"Only show what would change." env:"HOOKBEAM_DRY_RUN"`
	Prune  bool   `help:"Delete the endpoints that the file does not list." env:"HOOKBEAM_PRUNE"`
	onServer

	settings []string // the names of the settings that a file can have; Run of this package sets it
}

// Run first asks for the plan and prints it, and then has it carried out. If somebody changes an endpoint in between,
// nothing is changed.
func (c *applyCmd) Run(ctx context.Context, d Deps) error {
	file, err := readConfig(c.File)
	if err != nil {
		return err
	}
	has, err := file.CheckSettings(c.settings)
	if err != nil {
		return &client.UsageError{Err: err}
	}
	if has {
		fmt.Fprintf(d.Stdio.Err, "The settings in %s are read by hookbeam serve --config when it starts; "+
			"apply does not change them.\n", file.Name)
	}
	endpoints, err := file.Endpoints(api.ConfigSchema(), sourceOf(c.File, d.Env))
	if err != nil {
		return &client.UsageError{Err: err}
	}
	if c.Prune && !file.ListsEndpoints() {
		return usageErrorf("%s lists no endpoints, so --prune would delete all. If you want that, write: endpoints: []",
			file.Name)
	}
	body := map[string]any{"endpoints": jsonOf(endpoints), "prune": c.Prune, "dry_run": true}
	return c.connected(ctx, d, func(server *client.Server) error {
		plan, err := server.Apply(ctx, body)
		if err != nil {
			return locate(file.Name, endpoints, err)
		}
		if !c.JSON {
			if err := printPlan(d.Stdio.Out, &plan); err != nil {
				return err
			}
		}
		if !c.DryRun && changes(&plan) > 0 {
			body["dry_run"], body["plan"] = false, plan.ID
			if plan, err = server.Apply(ctx, body); err != nil {
				return locate(file.Name, endpoints, err)
			}
		}
		if c.JSON {
			return json.NewEncoder(d.Stdio.Out).Encode(plan)
		}
		return c.printResult(d, &plan)
	})
}

// readConfig reads a configuration file.
func readConfig(name string) (*configfile.File, error) {
	text, err := readFile(name)
	if err != nil {
		return nil, usageErrorf("read the configuration: %w", err)
	}
	if name == "-" {
		name = "standard input"
	}
	file, err := configfile.Parse(name, text)
	if err != nil {
		return nil, &client.UsageError{Err: err}
	}
	return file, nil
}

// sourceOf returns where the references in a file are resolved.
func sourceOf(file string, env func(string) string) configfile.Source {
	return configfile.Source{Variable: env, Folder: filepath.Dir(file)}
}

// jsonOf returns endpoints as the API takes them. It is never nil.
func jsonOf(endpoints []configfile.Endpoint) []map[string]any {
	list := []map[string]any{}
	for _, e := range endpoints {
		list = append(list, e.Fields)
	}
	return list
}

// placeInBody is how the API names a place in the body of POST /apply.
var placeInBody = regexp.MustCompile(`^body\.endpoints\[(\d+)\]\.?(.*)$`)

// locate returns the API's error with the places in the file that it is about.
func locate(file string, endpoints []configfile.Endpoint, err error) error {
	problem := (*client.ProblemError)(nil)
	if !errors.As(err, &problem) {
		return err
	}
	var places []error
	for _, one := range problem.Errors {
		found := placeInBody.FindStringSubmatch(one.Location)
		if found == nil {
			return err
		}
		i, convErr := strconv.Atoi(found[1])
		if convErr != nil || i >= len(endpoints) {
			return err
		}
		text := one.Message
		if found[2] != "" {
			text = found[2] + ": " + text
		}
		places = append(places, &configfile.Error{File: file, At: endpoints[i].Place(found[2]), Text: text})
	}
	if len(places) == 0 {
		return err
	}
	return errors.Join(append(places, errors.New("nothing was changed"))...)
}

// changes returns how many endpoints a plan changes.
func changes(plan *wire.Plan) (n int) {
	for _, c := range plan.Changes {
		if c.Action != "unchanged" {
			n++
		}
	}
	return n
}

// marks begin the lines of a plan.
var marks = map[string]string{"create": "+", "update": "~", "delete": "-", "unchanged": "="}

// printPlan prints a line for each endpoint, and one for each field that differs.
func printPlan(out io.Writer, plan *wire.Plan) error {
	for _, c := range plan.Changes {
		if _, err := fmt.Fprintf(out, "%s %s %s\n", marks[c.Action], c.Action, c.Name); err != nil {
			return err
		}
		for _, f := range c.Fields {
			line := fmt.Sprintf("    %s: %s", f.Field, f.Secret)
			switch {
			case f.Secret != "":
			case c.Action == "create":
				line = fmt.Sprintf("    %s: %s", f.Field, valueText(f.To))
			default:
				line = fmt.Sprintf("    %s: %s → %s", f.Field, valueText(f.From), valueText(f.To))
			}
			if _, err := fmt.Fprintln(out, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// valueText returns a JSON value for people.
func valueText(value any) string {
	if value == nil {
		return "(default)"
	}
	if text, ok := value.(string); ok {
		return printable(text)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return printable(string(text))
}

// printResult prints what was changed, or would be.
func (c *applyCmd) printResult(d Deps, plan *wire.Plan) error {
	count := map[string]int{}
	for _, change := range plan.Changes {
		count[change.Action]++
	}
	if changes(plan) == 0 {
		_, err := fmt.Fprintln(d.Stdio.Out, "No changes: the endpoints are as the file describes them.")
		return err
	}
	verb, form := "Changed", "%d %sd" // 1 created
	if c.DryRun {
		verb, form = "Would change", "%d to %s"
	}
	var parts []string
	for _, action := range []string{"create", "update", "delete"} {
		if count[action] > 0 {
			parts = append(parts, fmt.Sprintf(form, count[action], action))
		}
	}
	if count["unchanged"] > 0 {
		parts = append(parts, fmt.Sprintf("%d unchanged", count["unchanged"]))
	}
	if _, err := fmt.Fprintf(d.Stdio.Out, "%s: %s.\n", verb, strings.Join(parts, ", ")); err != nil {
		return err
	}
	for _, change := range plan.Changes {
		if change.Action == "create" && change.URL != "" {
			if _, err := fmt.Fprintf(d.Stdio.Out, "%s %s\n", change.Name, change.URL); err != nil {
				return err
			}
		}
	}
	return nil
}
