//go:build services

package trust_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// deployed returns the path of a file in the folder deploy.
func deployed(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// need skips the test if a program is not installed, and returns its path.
func need(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed (Debian has it in the package prometheus)", program)
	}
	return path
}

// promtool runs promtool, which must find nothing wrong.
func promtool(t *testing.T, input string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), need(t, "promtool"), args...)
	cmd.Dir, cmd.Stdin = deployed(t, "alerts"), strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("FAILED")) {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestTheAlertsFireWhenTheyShouldAndOnlyThen(t *testing.T) {
	promtool(t, "", "check", "rules", "hookbeam.yml")
	promtool(t, "", "test", "rules", "hookbeam_test.yml")
}

// TestADashboardShowsALoadedServer lets a real Prometheus scrape a server under load, and one that speaks TLS. Every
// expression of the dashboard must return series, the alerting rules must be loaded and evaluated, and promtool's
// linter must find nothing wrong with the metrics.
func TestADashboardShowsALoadedServer(t *testing.T) {
	program := need(t, "prometheus")
	s := serve(t, "--metrics-listen", "127.0.0.1:0", "--rate-endpoint", "100/s", "--max-in-flight", "8MiB")
	secure := newServer(t, append([]string{"--metrics-listen", "127.0.0.1:0"}, selfSigned(t)...)...)
	secure.launch()
	stop := loadEverything(t, s)
	defer stop()
	p := startPrometheus(t, program, s.metricsAddr(), secure.metricsAddr())
	// rate() needs two scrapes of a series, and the first may have been before the load.
	eventually(t, "a few scrapes", func() bool {
		return strings.Contains(string(p.query(t, `min(count_over_time(hookbeam_build_info[1m])) > 5`)), `"value"`)
	})
	metrics := s.scrape()
	promtool(t, metrics, "check", "metrics")
	promtool(t, secure.scrape(), "check", "metrics")
	expressions := dashboardExpressions(t)
	if len(expressions) < 40 {
		t.Fatalf("only %d expressions", len(expressions))
	}
	for _, expr := range expressions {
		expr = strings.NewReplacer("$__rate_interval", "20s", "$instance", ".*").Replace(expr)
		if !hasSeries(p.query(t, expr)) {
			t.Errorf("%s returns nothing: %s", expr, p.query(t, expr))
		}
	}
	checkRules(t, p, metrics+secure.scrape())
}

// hasSeries reports whether an answer of Prometheus has a series whose value is a number.
func hasSeries(answer []byte) bool {
	var a struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if json.Unmarshal(answer, &a) != nil {
		return false
	}
	for _, r := range a.Data.Result {
		if r.Value[1] != "NaN" {
			return true
		}
	}
	return false
}

// dashboardExpressions returns all expressions of the Grafana dashboard, those of its variables included.
func dashboardExpressions(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile(deployed(t, "grafana/hookbeam.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct {
				Query json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	for _, variable := range dashboard.Templating.List {
		if found := regexp.MustCompile(`label_values\((\w+),`).FindSubmatch(variable.Query); found != nil {
			all = append(all, string(found[1]))
		}
	}
	return all
}

// checkRules checks that Prometheus evaluates every alerting rule, and that the server has every metric that they name.
func checkRules(t *testing.T, p *prometheus, metrics string) {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, Query, Health, LastError string }
			}
		}
	}
	eventually(t, "the rules", func() bool {
		if err := json.Unmarshal(p.get(t, "/api/v1/rules"), &answer); err != nil || len(answer.Data.Groups) == 0 {
			return false
		}
		for _, r := range answer.Data.Groups[0].Rules {
			if r.Health == "unknown" {
				return false
			}
		}
		return true
	})
	for _, r := range answer.Data.Groups[0].Rules {
		if r.Health != "ok" {
			t.Errorf("%s: %s %s", r.Name, r.Health, r.LastError)
		}
		for _, name := range regexp.MustCompile(`hookbeam_\w+`).FindAllString(r.Query, -1) {
			if !strings.Contains(metrics, "\n"+name+"{") && !strings.Contains(metrics, "\n"+name+" ") {
				t.Errorf("%s names %s, which the server does not have", r.Name, name)
			}
		}
	}
}

// prometheus is a running Prometheus.
type prometheus struct{ address string }

// startPrometheus starts a Prometheus with the alerting rules that scrapes these addresses every second.
func startPrometheus(t *testing.T, program string, targets ...string) *prometheus {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "prometheus.yml")
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\n"+
		"scrape_configs:\n- {job_name: hookbeam, static_configs: [{targets: [%q, %q]}]}\n",
		deployed(t, "alerts/hookbeam.yml"), targets[0], targets[1])
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	output := &log{}
	cmd := exec.Command(program, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address=127.0.0.1:0")
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Prometheus said:\n%s", output.tail(4<<10))
		}
	})
	p := &prometheus{}
	eventually(t, "Prometheus", func() bool {
		found := regexp.MustCompile(`msg="Listening on" address=(127\.0\.0\.1:\d+)`).FindStringSubmatch(output.String())
		if found == nil {
			return false
		}
		p.address = "http://" + found[1]
		answer, err := http.Get(p.address + "/-/ready")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return p
}

// query returns the answer to an expression.
func (p *prometheus) query(t *testing.T, expr string) []byte {
	t.Helper()
	return p.get(t, "/api/v1/query?query="+url.QueryEscape(expr))
}

func (p *prometheus) get(t *testing.T, path string) []byte {
	t.Helper()
	answer, err := http.Get(p.address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v %s", path, answer.StatusCode, err, text.String())
	}
	return text.Bytes()
}

// loadEverything sends a server everything that the metrics tell apart, until stop is called: verified, rejected and
// unsigned deliveries, redeliveries, and requests that are refused. A socket and a poller read.
func loadEverything(t *testing.T, s *server) (stop func()) {
	t.Helper()
	shop := s.makeWithSecret("shop")
	small := s.make(map[string]any{"name": "small", "max_body": 1024})
	client := newClient(t, 4)
	ctx, cancel := context.WithCancel(t.Context())
	bearer := http.Header{"Authorization": {"Bearer " + adminToken}}
	socket, answer, err := websocket.DefaultDialer.DialContext(ctx, "ws://"+s.addr+"/api/v1/live", bearer)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	var running sync.WaitGroup
	running.Go(func() {
		for {
			if _, _, err := socket.ReadMessage(); err != nil {
				return
			}
		}
	})
	running.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			body := fmt.Sprintf(`{"n":%d}`, n)
			id := fmt.Sprint("evt_", n/2) // every second one is a redelivery
			_, _, _, _ = send(ctx, client, shop.in(s), body, "X-Webhook-Secret", shopSecret, "Webhook-Id", id)
			_, _, _, _ = send(ctx, client, shop.in(s), body, "X-Webhook-Secret", "wrong")
			_, _, _, _ = send(ctx, client, small.in(s), body)
			_, _, _, _ = send(ctx, client, small.in(s), strings.Repeat("x", 2000))
			if n%20 == 0 {
				_, _ = poll(ctx, client, s)
			}
		}
	})
	return func() {
		cancel()
		_ = socket.Close()
		running.Wait()
	}
}

// poll asks for the oldest updates.
func poll(ctx context.Context, client *http.Client, s *server) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/api/v1/updates?after=0", http.NoBody)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, nil
}

// selfSigned writes a certificate with its key, and returns the flags with which a server uses them.
func selfSigned(t *testing.T) []string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	facts := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: secureHost},
		DNSNames: []string{secureHost}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, &facts, &facts, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: certificate},
		"key.pem": {Type: "PRIVATE KEY", Bytes: private}}
	for name, block := range files {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"--tls-cert", filepath.Join(dir, "cert.pem"), "--tls-key", filepath.Join(dir, "key.pem")}
}
