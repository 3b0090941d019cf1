package server_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// exposure is the most that systemd-analyze may find open in the unit, of 100. 15 is what a network service needs.
const exposure = "15"

// TestTheSystemdUnitsAreValidAndHardened asks systemd itself about the units in deploy. It is skipped where systemd is
// not installed; it need not run.
func TestTheSystemdUnitsAreValidAndHardened(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	binary, err := os.Executable() // any program: only that it exists is checked
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"hookbeam.service", "hookbeam.socket", "hookbeam-http.socket"} {
		text, err := os.ReadFile(filepath.Join("..", "deploy", "systemd", name))
		if err != nil {
			t.Fatal(err)
		}
		here := strings.Replace(string(text), "/usr/local/bin/hookbeam serve", binary+" serve", 1)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(here), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	service, http := filepath.Join(dir, "hookbeam.service"), filepath.Join(dir, "hookbeam-http.socket")
	if out, err := exec.Command(analyze, "verify", service, http).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold="+exposure, service).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
