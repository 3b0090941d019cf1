package command

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestIdentifyPrintsTheSendersOfAFile(t *testing.T) {
	for name, c := range map[string]struct {
		text, want string
		err        error
	}{
		"known":   {"Stripe-Signature: t=1,v1=00\r\n", "stripe  Stripe  (high: header Stripe-Signature)\n", nil},
		"escape":  {"User-Agent: github-\x1b[2J\n", "github  GitHub  (low: User-Agent github- [2J)\n", nil},
		"unknown": {"hello there", "", errNoSender},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "request")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err := (&identifyCmd{File: file}).Run(Deps{Stdio: Stdio{Out: &out}})
			if !errors.Is(err, c.err) || out.String() != c.want {
				t.Errorf("%q, %v, want %q, %v", out.String(), err, c.want, c.err)
			}
		})
	}
}
