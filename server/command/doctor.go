package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"hookbeam/server/doctor"
)

// doctorCmd is the command hookbeam doctor. It takes the flags and the environment of serve, so that run beside the
// server, with the same environment, it sees the same configuration. It exits with code 1 if there is a problem;
// warnings do not count. With --json it prints an array of
//
//	{"check":"certificate","status":"problem","detail":"It expired on 2026-11-01.","action":"Renew it, …"}
type doctorCmd struct {
	Flags   any           `embed:""`
	Timeout time.Duration `help:"How long to wait for each answer." default:"10s" env:"HOOKBEAM_DOCTOR_TIMEOUT"`
	JSON    bool          `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// Run prints one line for each check.
func (c *doctorCmd) Run(ctx context.Context, d Deps) error {
	if c.Timeout <= 0 {
		return usageErrorf("--timeout: must be more than 0, such as 10s")
	}
	findings := d.Doctor(ctx, c.Timeout)
	if c.JSON {
		if err := json.NewEncoder(d.Stdio.Out).Encode(findings); err != nil {
			return err
		}
	} else if err := printFindings(d.Stdio.Out, findings, isTerminal(d.Stdio.Out)); err != nil {
		return err
	}
	problems := 0
	for _, f := range findings {
		if f.Status == doctor.Problem {
			problems++
		}
	}
	switch problems {
	case 0:
		return nil
	case 1:
		return errors.New("found 1 problem")
	}
	return fmt.Errorf("found %d problems", problems)
}

// printFindings prints one line for each finding: with a sign on a terminal, and with a word elsewhere.
func printFindings(w io.Writer, findings []doctor.Finding, terminal bool) error {
	marks, width := map[doctor.Status]string{doctor.OK: "✓", doctor.Warning: "!", doctor.Problem: "✗"}, 1
	if !terminal {
		marks, width = map[doctor.Status]string{}, len(doctor.Problem)
		for _, status := range []doctor.Status{doctor.OK, doctor.Warning, doctor.Problem} {
			marks[status] = string(status)
		}
	}
	name := 0
	for _, f := range findings {
		name = max(name, len(f.Check))
	}
	for _, f := range findings {
		text := f.Detail
		if f.Action != "" {
			text += " " + f.Action
		}
		if _, err := fmt.Fprintf(w, "%-*s  %-*s  %s\n", width, marks[f.Status], name, f.Check, text); err != nil {
			return err
		}
	}
	return nil
}
