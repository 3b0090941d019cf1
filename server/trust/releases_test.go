package trust_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hookbeam/server/client"
)

// nextMigration stands for the next release's change of the schema. It removes an index that this release names in a
// statement for rejected deliveries, so that a server of this release fails if the migration runs under it.
const nextMigration = `-- +goose Up
DROP INDEX deliveries_rejected;
CREATE INDEX deliveries_refused ON deliveries (endpoint, seq) WHERE verdict = 'rejected';
`

// nextRelease builds a binary that stands for the next release: the same source with one more migration and, if
// protocol is not this release's, another version of the control protocol.
func nextRelease(t *testing.T, protocol int) (program string) {
	t.Helper()
	replace := map[string]string{"server/sqlite/migrations/00999_next.sql": nextMigration}
	if line := "const Protocol = %d\n"; protocol != client.Protocol {
		path := "server/client/protocol.go"
		replace[path] = edited(t, path, fmt.Sprintf(line, client.Protocol), fmt.Sprintf(line, protocol))
	}
	return buildWith(t, "v-next", replace)
}

// edited returns a source file with one text replaced. It notices if the text is not there any more.
func edited(t *testing.T, path, from, to string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", path))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(source), from, to, 1)
	if changed == string(source) {
		t.Fatalf("%s does not contain %q", path, from)
	}
	return changed
}

// buildWith builds the binary of another release: with these texts in place of the files at their paths. The files are
// replaced with go build -overlay, so the tree is not changed.
func buildWith(t *testing.T, version string, texts map[string]string) (program string) {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for path, text := range texts {
		from := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(from, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, path)] = from
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	program = filepath.Join(dir, "hookbeam-"+version)
	build := exec.Command("go", "build", fmt.Sprintf("-race=%t", withRace), "-overlay", overlay,
		"-ldflags", "-X main.version="+version, "-o", program, "hookbeam")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", version, err, out)
	}
	return program
}

// command runs a command of the given binary on the server's data folder and returns its output.
func (s *server) command(program string, args ...string) (out string, err error) {
	s.t.Helper()
	text, err := exec.CommandContext(s.t.Context(), program, append(args, "--data", s.data)...).CombinedOutput()
	return string(text), err
}

// TestACommandOfTheNextReleaseLeavesARunningServerAlone checks R18 during an upgrade: the operator replaces the binary
// before restarting the server. Commands of the newer binary must work through the running server without migrating its
// database, and without a server they must refuse to. Then the newer server runs once, and commands and server of the
// older binary must leave the newer database unchanged.
func TestACommandOfTheNextReleaseLeavesARunningServerAlone(t *testing.T) {
	t.Parallel()
	next := nextRelease(t, client.Protocol)
	s := serve(t)
	address := s.make(map[string]any{"name": "shop", "provider": "stripe",
		"secrets": []map[string]string{{"label": "live", "value": "whsec_0123456789abcdef"}}}).URL
	// good checks the running server: a signed delivery is accepted, and an unsigned one is stored as rejected, which
	// needs the index that the migration removes.
	good := func(when string) {
		t.Helper()
		if out, err := s.command(hookbeam, "trigger", "stripe"); err != nil || !strings.Contains(out, "\n200 ") {
			t.Errorf("%s a signed delivery: %v\n%s", when, err, out)
		}
		answer, err := http.Post(address, "application/json", strings.NewReader(`{"no":"signature"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s an unsigned delivery is answered %s", when, answer.Status)
		}
	}
	good("at first")
	out, err := s.command(next, "login")
	if err != nil || !strings.Contains(out, s.addr+"/login/") {
		t.Errorf("the next release's login: %v\n%s", err, out)
	}
	if out, err := s.command(next, "trigger", "stripe"); err != nil || !strings.Contains(out, "\n200 ") {
		t.Errorf("the next release's trigger: %v\n%s", err, out)
	}
	if out, err := s.command(next, "statuses", "rebuild"); err != nil || !strings.Contains(out, "The running server") {
		t.Errorf("the next release's statuses rebuild: %v\n%s", err, out)
	}
	// A second server on the folder is refused, whatever its release.
	serving := []string{"serve", "--listen", "127.0.0.1:0"}
	if out, err := s.command(next, serving...); err == nil || !strings.Contains(out, "is in use by a running server") {
		t.Errorf("the next release's server: %v\n%s", err, out)
	}
	if answer, err := http.Get(strings.TrimSpace(out)); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("the link is answered %v, %v", answer, err)
	} else {
		_ = answer.Body.Close()
	}
	good("after the next release's commands")
	s.stop()
	// Without a server, the newer command may not migrate the database either.
	if out, err := s.command(next, "login"); err == nil || !strings.Contains(out, "written by an older Hookbeam") {
		t.Errorf("the next release's login where no server runs: %v\n%s", err, out)
	}
	s.start()
	good("after a restart")
	s.stop()

	s.program = next
	s.start()
	// The newer server has migrated the database. A login of the older release still works through it.
	if out, err := s.command(hookbeam, "login"); err != nil || !strings.Contains(out, s.addr+"/login/") {
		t.Errorf("this release's login beside a newer server: %v\n%s", err, out)
	}
	s.stop()
	for _, args := range [][]string{{"login"}, {"statuses", "rebuild"}, serving} {
		out, err := s.command(hookbeam, args...)
		if err == nil || !strings.Contains(out, "written by a newer Hookbeam; nothing was changed") {
			t.Errorf("this release's %v on a newer database: %v\n%s", args, err, out)
		}
	}
}

// TestReleasesThatDoNotUnderstandEachOtherSaySo gives command and server different versions of the control protocol, in
// both directions. The command must fail, name both releases and leave the server running.
func TestReleasesThatDoNotUnderstandEachOtherSaySo(t *testing.T) {
	t.Parallel()
	next := nextRelease(t, client.Protocol+1)
	s := serve(t)
	for _, args := range [][]string{{"login"}, {"statuses", "rebuild"}, {"trigger", "stripe"}} {
		out, err := s.command(next, args...)
		if err == nil || !strings.Contains(out, "is an older Hookbeam (dev; this command is v-next)") {
			t.Errorf("a newer command, %v: %v\n%s", args, err, out)
		}
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
	s.stop()
	s.program = next
	s.start()
	for _, args := range [][]string{{"login"}, {"statuses", "rebuild"}, {"trigger", "stripe"}} {
		out, err := s.command(hookbeam, args...)
		if err == nil || !strings.Contains(out, "is a newer Hookbeam (v-next; this command is dev)") {
			t.Errorf("an older command, %v: %v\n%s", args, err, out)
		}
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
	s.stop()
}
