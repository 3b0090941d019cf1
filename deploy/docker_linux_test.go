package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"go.yaml.in/yaml/v3"
)

// engine plays the part of docker that the README uses, because there is none where this is tested: it unpacks the
// image, and runs its program with the image's root, user, folder and variables, and with the published ports. Its
// state is a folder.
type engine struct{ folder string }

// docker is the program docker. It returns the exit code.
func docker(state string, args []string) int {
	e := engine{state}
	err := errors.New("unknown command")
	switch {
	case len(args) == 3 && args[0] == "load" && args[1] == "-i":
		err = e.load(args[2])
	case len(args) > 2 && args[0] == "run":
		err = e.run(args[1:])
	case len(args) == 5 && args[0] == "compose" && args[1] == "-f" && args[3] == "up" && args[4] == "-d":
		err = e.compose(args[2])
	case len(args) > 2 && args[0] == "exec":
		err = e.exec(args[1:])
	case len(args) > 1 && args[0] == "engine": // its own, in the background
		err = e.serve(args[1:])
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "docker", strings.Join(args, " ")+":", err)
		return 125
	}
	return 0
}

// root returns a path in the image.
func (e engine) root(path string) string { return filepath.Join(e.folder, "root", path) }

// load unpacks an image. The certificate authority of the test becomes one of those that it trusts, and the host of the
// README this machine.
func (e engine) load(file string) error {
	parts := filepath.Join(e.folder, "parts")
	if err := errors.Join(os.Mkdir(parts, 0o755), os.Mkdir(e.root(""), 0o755), untar(file, parts)); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(parts, "manifest.json"))
	if err != nil {
		return err
	}
	var manifest []struct {
		Config string
		Layers []string
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return err
	}
	for _, layer := range manifest[0].Layers {
		if err := untar(filepath.Join(parts, layer), e.root("")); err != nil {
			return err
		}
	}
	trusted, err := os.OpenFile(e.root("etc/ssl/certs/ca-certificates.crt"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	roots, err := os.ReadFile(os.Getenv("SSL_CERT_FILE"))
	if err != nil {
		return err
	}
	_, err = trusted.Write(roots)
	authority, readErr := os.ReadFile(os.Getenv("HOOKBEAM_TLS_CA_ROOT"))
	return errors.Join(err, trusted.Close(), readErr, os.WriteFile(e.root("etc/hosts"), []byte(hostsFile), 0o644),
		os.WriteFile(e.root("authority.pem"), authority, 0o644),
		os.Rename(filepath.Join(parts, manifest[0].Config), filepath.Join(e.folder, "config.json")))
}

// untar unpacks an archive with owners and modes.
func untar(file, to string) error {
	out, err := exec.Command("tar", "-xpf", file, "--numeric-owner", "-C", to).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// run is docker run -d --name NAME -p [ADDRESS:]OUT:IN … -v VOLUME:/data -e NAME=VALUE … IMAGE.
func (e engine) run(args []string) error {
	var env, ports []string
	for len(args) > 1 {
		switch flag := args[0]; flag {
		case "-d", "--read-only": // the files of the image belong to root, and the program is not root
			args = args[1:]
			continue
		case "--name", "--restart", "--cap-drop":
		case "-p":
			ports = append(ports, args[1])
		case "-e":
			env = append(env, args[1])
		case "-v":
			if args[1] != "hookbeam:/data" {
				return fmt.Errorf("unknown volume %s", args[1])
			}
		default:
			return fmt.Errorf("unknown flag %s", flag)
		}
		args = args[2:]
	}
	if len(args) != 1 || args[0] != "hookbeam" {
		return fmt.Errorf("unknown image %s", args)
	}
	return e.start(env, ports)
}

// compose is docker compose -f FILE up -d.
func (e engine) compose(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var missing error
	variable := regexp.MustCompile(`\$\{(\w+):([-?])([^}]*)\}`)
	filled := variable.ReplaceAllStringFunc(string(text), func(found string) string {
		part := variable.FindStringSubmatch(found)
		switch value := os.Getenv(part[1]); {
		case value != "":
			return value
		case part[2] == "?":
			missing = fmt.Errorf("%s: %s", part[1], part[3])
		}
		return part[3]
	})
	var parsed struct {
		Services map[string]struct {
			Environment map[string]string
			Ports       []string
		}
	}
	if err := errors.Join(missing, yaml.Unmarshal([]byte(filled), &parsed)); err != nil {
		return err
	}
	var env []string
	for name, value := range parsed.Services["hookbeam"].Environment {
		env = append(env, name+"="+value)
	}
	return e.start(env, parsed.Services["hookbeam"].Ports)
}

// start starts the container in the background.
func (e engine) start(env, ports []string) error {
	text, err := os.ReadFile(filepath.Join(e.folder, "config.json"))
	if err != nil {
		return err
	}
	var image struct{ Config struct{ Env []string } }
	if err := json.Unmarshal(text, &image); err != nil {
		return err
	}
	// What the test adds: its certificate authority, and its token.
	if slices.ContainsFunc(env, func(v string) bool { return strings.HasPrefix(v, "HOOKBEAM_TLS_DOMAIN=") }) {
		env = append(env, "HOOKBEAM_TLS_CA="+os.Getenv("HOOKBEAM_TLS_CA"), "HOOKBEAM_TLS_CA_ROOT=/authority.pem")
	}
	env = append(append(image.Config.Env, env...), "HOOKBEAM_ADMIN_TOKEN="+os.Getenv("HOOKBEAM_ADMIN_TOKEN"))
	stored := strings.Join(env, "\n")
	if err := os.WriteFile(filepath.Join(e.folder, "env"), []byte(stored), 0o600); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(e.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	background := exec.Command("/proc/self/exe", append([]string{"engine"}, ports...)...)
	background.Stdout, background.Stderr = log, log
	return background.Start()
}

// serve runs the program of the image, and forwards the published ports to it.
func (e engine) serve(ports []string) error {
	for _, port := range ports {
		at := strings.LastIndex(port, ":")
		out, in := port[:at], port[at+1:]
		if !strings.Contains(out, ":") { // no address: on all
			out = ":" + out
		}
		if strings.HasSuffix(out, ":"+in) { // the container is in the same network: the port is its own
			continue
		}
		l, err := net.Listen("tcp", out)
		if err != nil {
			return err
		}
		go forward(l, "127.0.0.1:"+in)
	}
	cmd, err := e.command([]string{"/usr/local/bin/hookbeam", "serve"})
	if err != nil {
		return err
	}
	return cmd.Run()
}

// forward connects each connection of l with an address.
func forward(l net.Listener, to string) {
	for {
		client, err := l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", to)
		if err != nil {
			_ = client.Close()
			continue
		}
		for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
			go func() { _, _ = io.Copy(pair[0], pair[1]); _ = pair[0].(*net.TCPConn).CloseWrite() }()
		}
	}
}

// exec is docker exec [-i] NAME COMMAND ARG….
func (e engine) exec(args []string) error {
	interactive := args[0] == "-i"
	if interactive {
		args = args[1:]
	}
	if args[0] != "hookbeam" || args[1] != "hookbeam" {
		return fmt.Errorf("unknown container or command %s", args)
	}
	cmd, err := e.command(slices.Concat([]string{"/usr/local/bin/hookbeam"}, args[2:]))
	if err != nil {
		return err
	}
	if interactive {
		cmd.Stdin = os.Stdin
	}
	return cmd.Run()
}

// command returns a command in the container.
func (e engine) command(args []string) (*exec.Cmd, error) {
	env, err := os.ReadFile(filepath.Join(e.folder, "env"))
	if err != nil {
		return nil, err
	}
	return &exec.Cmd{Path: args[0], Args: args, Dir: "/data", Env: strings.Split(string(env), "\n"),
		Stdout: os.Stdout, Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Chroot: e.root(""),
			Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}}, nil
}
