package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// chrootVariable makes this test program enter a container's root instead of testing: it names the folder with the
// unpacked image, and the arguments are the program and its arguments.
const chrootVariable = "HOOKBEAM_TEST_CHROOT"

func TestMain(m *testing.M) {
	if root := os.Getenv(chrootVariable); root != "" {
		fmt.Fprintln(os.Stderr, "enter:", enter(root, os.Args[1:]))
		os.Exit(125)
	}
	os.Exit(m.Run())
}

// enter does what a container engine does with the image: it mounts the root read-only and the volume below it, becomes
// the image's user, and runs the program. It returns only if that fails.
func enter(root string, args []string) error {
	data := filepath.Join(root, dataFolder)
	if err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount(root, root, "", syscall.MS_BIND, ""),
		syscall.Mount(root+"-data", data, "", syscall.MS_BIND, ""),
		syscall.Mount("", root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, ""),
	); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	if err := errors.Join(syscall.Chroot(root), os.Chdir(dataFolder), syscall.Setgroups(nil),
		syscall.Setgid(userID), syscall.Setuid(userID)); err != nil {
		return err
	}
	for _, folder := range []string{"/", "/tmp", "/usr/local/bin"} {
		if os.WriteFile(folder+"/x", nil, 0o600) == nil {
			return fmt.Errorf("%s can be written", folder)
		}
	}
	var environment []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, chrootVariable) {
			environment = append(environment, variable)
		}
	}
	return syscall.Exec(args[0], args, environment)
}

// container runs the image without an engine.
type container struct {
	root string
	env  []string
}

// newContainer unpacks the image, or skips the test where a process may not change its root and mount.
func newContainer(t *testing.T) *container {
	t.Helper()
	made := readImage(t)
	if os.Geteuid() != 0 {
		t.Skip("THE IMAGE WAS NOT RUN: only root can change the root folder of a process. Run the test as root.")
	}
	may := exec.Command("/proc/self/exe", "-test.run=^$")
	may.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	if err := may.Run(); err != nil {
		t.Skip("THE IMAGE WAS NOT RUN: this machine does not let root mount file systems:", err)
	}
	c := &container{root: filepath.Join(t.TempDir(), "root"), env: made.config.Config.Env}
	if err := errors.Join(os.Chmod(filepath.Dir(c.root), 0o755), os.Mkdir(c.root, 0o755)); err != nil {
		t.Fatal(err)
	}
	made.unpackTo(t, c.root)
	// The volume gets mode and owner of the folder in the image, as an engine copies them to a new volume.
	volume := c.root + "-data"
	err := errors.Join(os.Mkdir(volume, 0o700), os.Chmod(volume, 0o700), os.Chown(volume, userID, userID))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// command returns a process in the container. env is added to the image's environment.
func (c *container) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", append([]string{programPath}, args...)...)
	cmd.Env = append(append([]string{chrootVariable + "=" + c.root}, c.env...), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	return cmd
}

const adminToken = "a-token-for-the-image"

// running is a server in a container.
type running struct {
	cmd    *exec.Cmd
	base   string // its URL
	hook   string // the URL of its first endpoint
	stderr *bytes.Buffer
}

func (c *container) serve(t *testing.T) *running {
	t.Helper()
	r := &running{stderr: &bytes.Buffer{}}
	r.cmd = c.command(t.Context(), []string{"HOOKBEAM_LISTEN=127.0.0.1:0", "HOOKBEAM_ADMIN_TOKEN=" + adminToken,
		"HOOKBEAM_JSON=true", "TZ=Asia/Tokyo"}, "serve")
	r.cmd.Stderr = r.stderr
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var banner struct{ URL, Try string }
	if err == nil {
		err = json.Unmarshal(line, &banner)
	}
	if err != nil {
		_ = r.cmd.Wait()
		t.Fatalf("%v: %s", err, r.stderr)
	}
	r.base, r.hook = banner.URL, banner.Try[strings.LastIndex(banner.Try, "http"):]
	return r
}

// address is what --listen would be for the port that was chosen.
func (r *running) address(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(r.base)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// send posts deliveries until the server is killed, which is done after some were answered. It returns the body of each
// delivery that was answered 200, by id.
func (r *running) send(t *testing.T) map[string]string {
	t.Helper()
	const senders, each, killAfter = 8, 200, 300
	answered := map[string]string{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for n := range each {
				body := fmt.Sprintf(`{"sender":%d,"n":%d}`, s, n)
				id, err := post(r.hook, body)
				if err != nil {
					return // it was killed
				}
				mu.Lock()
				answered[id] = body
				if len(answered) == killAfter {
					_ = r.cmd.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	_ = r.cmd.Wait()
	if len(answered) < killAfter {
		t.Fatalf("only %d deliveries were answered: %s", len(answered), r.stderr)
	}
	return answered
}

func post(to, body string) (id string, err error) {
	res, err := http.Post(to, "application/json", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var stored struct{ ID string }
	if err := json.NewDecoder(res.Body).Decode(&stored); err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusOK || stored.ID == "" {
		return "", fmt.Errorf("%s", res.Status)
	}
	return stored.ID, nil
}

// body returns the stored body of a delivery.
func (r *running) body(id string) (string, error) {
	q, err := http.NewRequest(http.MethodGet, strings.TrimSuffix(r.base, "/")+"/api/v1/deliveries/"+id+"/body", nil)
	if err != nil {
		return "", err
	}
	q.Header.Set("Authorization", "Bearer "+adminToken)
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s", res.Status, text)
	}
	return string(text), err
}

func TestTheImageLosesNothingWhenItIsKilled(t *testing.T) {
	c := newContainer(t)
	answered := c.serve(t).send(t)
	again := c.serve(t)
	for id, want := range answered {
		if got, err := again.body(id); err != nil || got != want {
			t.Fatalf("%s: %q, %v; want %q", id, got, err, want)
		}
	}
	check := []string{"HOOKBEAM_LISTEN=" + again.address(t)}
	if out, err := c.command(t.Context(), check, "health").CombinedOutput(); err != nil {
		t.Errorf("health: %v %s", err, out)
	}
	if out, err := c.command(t.Context(), nil, "statuses", "rebuild").CombinedOutput(); err != nil {
		t.Errorf("a command beside the server: %v %s", err, out)
	}
	if err := again.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := again.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v: %s", err, again.stderr)
	}
	if !strings.Contains(again.stderr.String(), "+09:00") {
		t.Errorf("the log is not in the time zone of TZ: %s", again.stderr)
	}
	if out, err := c.command(t.Context(), check, "health").CombinedOutput(); err == nil {
		t.Errorf("health while no server runs: %s", out)
	}
	authorities, err := os.ReadFile(filepath.Join(c.root, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(authorities) ||
		bytes.Count(authorities, []byte("BEGIN CERTIFICATE")) < 100 {
		t.Errorf("the certificate authorities: %v", err)
	}
}

// Kubernetes mounts a volume that belongs to root, and gives the pod's group access to it. The data folder is then a
// folder in the volume, as deploy/kubernetes has it.
func TestTheImageRunsOnAVolumeOfKubernetes(t *testing.T) {
	c := newContainer(t)
	volume := c.root + "-data"
	if err := errors.Join(os.Chown(volume, 0, userID), os.Chmod(volume, 0o775|os.ModeSetgid)); err != nil {
		t.Fatal(err)
	}
	c.env = append(c.env, "HOOKBEAM_DATA=/data/hookbeam")
	r := c.serve(t)
	if _, err := post(r.hook, "{}"); err != nil {
		t.Error(err)
	}
	if err := errors.Join(r.cmd.Process.Signal(syscall.SIGTERM), r.cmd.Wait()); err != nil {
		t.Error(err, r.stderr)
	}
}

// A container listens on all addresses, and a published port can be reached from other machines. Without TLS it must
// not start by accident.
func TestTheImageRefusesPlainHTTPUnlessToldOtherwise(t *testing.T) {
	c := newContainer(t)
	cmd := c.command(t.Context(), nil, "serve")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "HOOKBEAM_INSECURE_HTTP=true") ||
		!strings.Contains(string(out), "--public-url") {
		t.Errorf("%v: %s", err, out)
	}
}
