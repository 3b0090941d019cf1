package deploy

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"hookbeam/server/https/httpstest"
)

const (
	host       = "hooks.example.com" // in the README
	adminToken = "a-token-for-the-first-lines"

	// These make the test program something else than a test: see TestMain.
	insideVariable = "HOOKBEAM_TEST_INSIDE"
	dockerVariable = "HOOKBEAM_TEST_DOCKER" // the folder of the container engine that docker_linux_test.go plays
)

// TestMain runs the tests. If a variable says so, it is the program docker instead, or the tests run in a network of
// their own, where the ports 80 and 443 are free and the README's host is this machine.
func TestMain(m *testing.M) {
	if state := os.Getenv(dockerVariable); state != "" {
		os.Exit(docker(state, os.Args[1:]))
	}
	if os.Getenv(insideVariable) != "" {
		if err := enterNetwork(); err != nil {
			fmt.Fprintln(os.Stderr, "enter a network:", err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// enterNetwork starts the loopback device of this process's own network, and gives the host's name to it.
func enterNetwork() error {
	hosts, err := os.CreateTemp("", "hosts")
	if err != nil {
		return err
	}
	_, err = hosts.WriteString(hostsFile)
	return errors.Join(err, hosts.Close(), exec.Command("ip", "link", "set", "lo", "up").Run(),
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount(hosts.Name(), "/etc/hosts", "", syscall.MS_BIND, ""), os.Remove(hosts.Name()))
}

const hostsFile = "127.0.0.1 localhost " + host + "\n"

// TestTheFirstLinesOfTheReadme runs TestInside in a network of its own.
func TestTheFirstLinesOfTheReadme(t *testing.T) {
	if os.Getenv("HOOKBEAM_RELEASES") == "" {
		t.Skip("HOOKBEAM_RELEASES names no release; make test-release makes one and tests it")
	}
	if os.Geteuid() != 0 {
		t.Skip("THE FIRST LINES OF THE README WERE NOT RUN: they need root, and a network of their own")
	}
	// The authority of the test is built here, because there is no way to the internet inside.
	build := exec.Command("go", "build", "-modfile=tools/go.mod", "-o", os.DevNull,
		"github.com/letsencrypt/pebble/v2/cmd/pebble")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	inside := exec.Command("/proc/self/exe", "-test.run=^TestInside$", "-test.v")
	inside.Env = append(os.Environ(), insideVariable+"=1")
	inside.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := inside.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skip("THE FIRST LINES OF THE README WERE NOT RUN: this machine gives root no network of its own:", err)
	}
	if err != nil || bytes.Count(out, []byte("--- PASS: TestInside/")) != len(starts)+len(guided) {
		t.Errorf("%v\n%s", err, out)
	}
}

// starts are the ways to start that the README has lines for, by what only their lines have.
var starts = map[string]string{
	"binary": "hookbeam-linux-amd64.tar.gz", "container": "docker run", "compose": "docker compose",
}

// guided are the blocks of the install guide that need an engine, by what only they have, and the address at which the
// server must be ready then. There is no proxy in front of the first one.
var guided = []struct{ mark, ready string }{
	{"--restart unless-stopped", "http://127.0.0.1:8080/readyz"},
	{"compose.yaml\" up -d", "https://" + host + "/readyz"},
}

// TestInside runs the lines of each start, and of the install guide. It is started by TestTheFirstLinesOfTheReadme.
func TestInside(t *testing.T) {
	if os.Getenv(insideVariable) == "" {
		t.Skip("it runs inside of TestTheFirstLinesOfTheReadme")
	}
	for name, mark := range starts {
		t.Run(name, func(t *testing.T) {
			authority := httpstest.Start(t, httpstest.Options{HTTPPort: 80, TLSPort: 443})
			roots := authority.RootsFile(t)
			runLines(t, linesOf(t, mark), variables(authority, roots))
			checkVerified(t, roots)
		})
	}
	for _, g := range guided {
		t.Run("guide with "+g.mark, func(t *testing.T) {
			authority := httpstest.Start(t, httpstest.Options{HTTPPort: 80, TLSPort: 443})
			roots := authority.RootsFile(t)
			said := runLines(t, guideBlock(t, g.mark), variables(authority, roots))
			if !strings.Contains(said, "https://"+host+"/login/") {
				t.Errorf("hookbeam login printed no link: %s", said)
			}
			checkReady(t, roots, g.ready)
		})
	}
}

// variables are those by which what the lines start uses the authority of the test.
func variables(authority *httpstest.Authority, roots string) []string {
	return []string{
		"HOOKBEAM_TLS_CA=" + httpstest.Directory(authority.Address),
		"HOOKBEAM_TLS_CA_ROOT=" + authority.Root,
		"SSL_CERT_FILE=" + roots,
		"HOOKBEAM_ADMIN_TOKEN=" + adminToken,
	}
}

// guideBlock returns the block of the install guide that contains mark.
func guideBlock(t *testing.T, mark string) string {
	t.Helper()
	guide, err := os.ReadFile("../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllSubmatch(guide, -1) {
		if strings.Contains(string(block[1]), mark) {
			return string(block[1])
		}
	}
	t.Fatalf("no block of the guide contains %q", mark)
	return ""
}

// TestEveryBlockOfTheGuideIsRun: a block that is called console is run inside of TestTheFirstLinesOfTheReadme, or is of
// a program that is not here.
func TestEveryBlockOfTheGuideIsRun(t *testing.T) {
	guide, err := os.ReadFile("../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	run := 0
blocks:
	for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllSubmatch(guide, -1) {
		lines := string(block[1])
		for _, g := range guided {
			if strings.Contains(lines, g.mark) {
				run++
				continue blocks
			}
		}
		if first, _, _ := strings.Cut(lines, " "); first != "minisign" && first != "skopeo" {
			t.Errorf("no test runs this block. Give it a mark in guided:\n%s", lines)
		}
	}
	if run != len(guided) {
		t.Errorf("%d blocks are run, and guided has %d", run, len(guided))
	}
}

// checkReady requires that the server is ready at an address.
func checkReady(t *testing.T, roots, address string) {
	t.Helper()
	res, err := trusting(t, roots).Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", address, res.Status)
	}
}

// trusting returns a client that trusts the authority of the test.
func trusting(t *testing.T, roots string) *http.Client {
	t.Helper()
	text, err := os.ReadFile(roots)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestTheInstallGuide runs the blocks of the install guide that only use a release.
func TestTheInstallGuide(t *testing.T) {
	if os.Getenv("HOOKBEAM_RELEASES") == "" {
		t.Skip("HOOKBEAM_RELEASES names no release; make test-release makes one and tests it")
	}
	guide, err := os.ReadFile("../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllSubmatch(guide, -1)
	if len(blocks) < 2 {
		t.Fatalf("the guide has %d blocks", len(blocks))
	}
	lines := ""
	for _, block := range blocks {
		lines += string(block[1])
	}
	runLines(t, lines, nil)
}

// linesOf returns the block of shell lines in the README that contains mark. It must have four lines.
func linesOf(t *testing.T, mark string) string {
	t.Helper()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindAllSubmatch(readme, -1) {
		if lines := string(block[1]); strings.Contains(lines, mark) {
			if strings.Count(lines, "\n") != 4 {
				t.Errorf("these are not four lines:\n%s", lines)
			}
			return lines
		}
	}
	t.Fatalf("no lines in the README contain %q", mark)
	return ""
}

// runLines runs lines in an empty folder, with a program docker on the PATH, and returns what they print. What they
// leave running ends with the test.
func runLines(t *testing.T, lines string, env []string) (said string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // the user of the container must reach its root
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' exec '%s' \"$@\"\n", dockerVariable, dir, self)
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	output, err := os.Create(filepath.Join(dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	// The lines wait until the server is ready, which must not be for ever if it never is.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", lines)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, output, output
	cmd.Env = append([]string{"PATH=" + dir + ":" + os.Getenv("PATH"), "HOME=" + dir,
		"HOOKBEAM_RELEASES=" + os.Getenv("HOOKBEAM_RELEASES")}, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err = cmd.Wait()
	text, readErr := os.ReadFile(output.Name())
	if err := errors.Join(err, readErr); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		t.Fatalf("%v\n%s\n%s", err, text, log)
	}
	return string(text)
}

// checkVerified requires that exactly one delivery was received, and that it is verified. It connects as anybody does.
func checkVerified(t *testing.T, roots string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/api/v1/deliveries", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	res, err := trusting(t, roots).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	var list struct {
		Deliveries []struct{ Verdict string }
	}
	if err := errors.Join(err, json.Unmarshal(body, &list)); err != nil || len(list.Deliveries) != 1 ||
		list.Deliveries[0].Verdict != "verified" {
		t.Errorf("%s, %v: %s", res.Status, err, body)
	}
}
