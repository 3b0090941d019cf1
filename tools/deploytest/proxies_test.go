//go:build services

package deploytest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// toProxy connects to the proxy, whatever the host of the URL is.
type toProxy struct {
	net.Dialer
	to string
}

func (d *toProxy) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return d.DialContext(ctx, network, d.to)
}

// recipe is a proxy with its file in deploy/proxies. replace has pairs of what a test must change: addresses, the
// certificate, the base path, and the idle limit, which is made 30 seconds.
type recipe struct {
	program, file string
	replace       func(s setting) []string
	frame         func(s setting, text string) string // what the test puts around the file; nil: nothing
	run           func(config, dir string) *exec.Cmd
}

// setting is what a test fills into a recipe.
type setting struct {
	dir            string // has the certificate, and belongs to the proxy
	upstream, base string
	plain, tls     int // ports
}

var recipes = []recipe{
	{
		program: "nginx", file: "nginx.conf",
		replace: func(s setting) []string {
			return []string{
				"listen 80;", fmt.Sprintf("listen 127.0.0.1:%d reuseport;", s.plain),
				"listen 443 ssl http2;", fmt.Sprintf("listen 127.0.0.1:%d ssl http2 reuseport;", s.tls),
				"/etc/ssl/", s.dir + "/", "127.0.0.1:8080", s.upstream, "location / ", "location " + s.base + " ",
				"proxy_read_timeout 75s", "proxy_read_timeout 30s", "proxy_send_timeout 75s", "proxy_send_timeout 30s",
			}
		},
		frame: func(s setting, text string) string {
			temporary := ""
			for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
				temporary += fmt.Sprintf("%s_temp_path %s/%s;\n", name, s.dir, name)
			}
			return fmt.Sprintf("user root;\nworker_processes 1;\ndaemon off;\npid %s/pid;\nerror_log stderr;\n"+
				"events {}\nhttp {\naccess_log off;\n%s%s\n}\n", s.dir, temporary, text)
		},
		run: func(config, dir string) *exec.Cmd { return exec.Command("nginx", "-p", dir, "-c", config) },
	},
	{
		program: "haproxy", file: "haproxy.cfg",
		replace: func(s setting) []string {
			return []string{
				"bind :80\n", fmt.Sprintf("bind 127.0.0.1:%d\n", s.plain),
				"bind :443 ", fmt.Sprintf("bind 127.0.0.1:%d ", s.tls), "/etc/haproxy/", s.dir + "/",
				"127.0.0.1:8080", s.upstream, "path_beg / ", "path_beg " + s.base + " ", "75s", "30s",
			}
		},
		run: func(config, _ string) *exec.Cmd { return exec.Command("haproxy", "-db", "-f", config) },
	},
	{
		program: "caddy", file: "Caddyfile",
		replace: func(s setting) []string {
			matcher := ""
			if s.base != "/" {
				matcher = s.base + "* "
			}
			return []string{
				"\n" + host + " {\n", fmt.Sprintf("\n%s {\nbind 127.0.0.1\ntls %[2]s/%[1]s.crt %[2]s/%[1]s.key\n",
					host, s.dir),
				"reverse_proxy 127.0.0.1:8080\n", fmt.Sprintf("reverse_proxy %s%s {\ntransport http {\n"+
					"read_timeout 30s\nwrite_timeout 30s\n}\n}\n", matcher, s.upstream),
			}
		},
		frame: func(s setting, text string) string {
			return fmt.Sprintf("{\nadmin off\nhttp_port %d\nhttps_port %d\nservers {\nprotocols h1 h2\n}\n}\n%s",
				s.plain, s.tls, text)
		},
		run: func(config, dir string) *exec.Cmd {
			cmd := exec.Command("caddy", "run", "--config", config, "--adapter", "caddyfile")
			cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
			return cmd
		},
	},
}

// begin starts the proxy and the server behind it.
func (r recipe) begin(t *testing.T, base string) *client {
	t.Helper()
	if _, err := exec.LookPath(r.program); err != nil {
		t.Skipf("%s is not installed: deploy/proxies/%s is not tested", r.program, r.file)
	}
	s := setting{dir: t.TempDir(), base: base, plain: reserve(t), tls: reserve(t)}
	trusted := certificate(t, s.dir)
	// The sender signs the URL without a port, as everybody sees it; only this test must choose one.
	site := "https://" + host + strings.TrimSuffix(base, "/")
	s.upstream = hookbeam(t, site)
	text, err := os.ReadFile(filepath.Join("../../deploy/proxies", r.file))
	if err != nil {
		t.Fatal(err)
	}
	pairs := r.replace(s)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(text), pairs[i]) {
			t.Fatalf("%s has no %q, which the test replaces", r.file, pairs[i])
		}
	}
	filled := strings.NewReplacer(pairs...).Replace(string(text))
	if r.frame != nil {
		filled = r.frame(s, filled)
	}
	config := filepath.Join(s.dir, r.file)
	if err := os.WriteFile(config, []byte(filled), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, r.run(config, s.dir))
	c := newClient(t, site, s.tls, trusted, 2)
	awaitReady(t, c)
	return c
}

// awaitReady waits until the proxy listens and reaches the server.
func awaitReady(t *testing.T, c *client) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	last := error(nil)
	for limit := time.After(20 * time.Second); ; {
		res, err := c.http.Get(c.site + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
			err = fmt.Errorf("%s", res.Status)
		}
		last = err
		select {
		case <-limit:
			t.Fatal("the proxy does not reach the server:", last)
		case <-tick.C:
		}
	}
}

// as returns another client of the same proxy, which connects from 127.0.0.N.
func (c *client) as(n byte) *client {
	d := c.http.Transport.(*http.Transport)
	to := c.port()
	return newClient(c.t, c.site, to, d.TLSClientConfig.RootCAs, n)
}

func (c *client) port() int {
	conn, err := c.dial()
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	return conn.RemoteAddr().(*net.TCPAddr).Port
}

func TestTheRecipesForProxies(t *testing.T) {
	for _, r := range recipes {
		for _, base := range []string{"/", "/hooks/"} {
			t.Run(r.program+" at "+strings.Trim(base, "/"), func(t *testing.T) {
				t.Parallel()
				c := r.begin(t, base)
				c.receives()
				c.seesTheClient()
				c.takesLargeBodies()
				c.verifiesSignedURLs()
				if base != "/" { // once for each proxy, because it takes 40 seconds
					c.keepsIdleSockets()
				}
			})
		}
	}
}

// endpoint creates an endpoint, and returns its URL.
func (c *client) endpoint(settings string) (id, url string) {
	c.t.Helper()
	var made struct{ ID, URL string }
	c.call("POST", "endpoints", settings, &made)
	if !strings.HasPrefix(made.URL, c.site+"/in/") {
		c.t.Fatalf("the endpoint's URL is %s", made.URL)
	}
	return made.ID, made.URL
}

// received is a delivery as the API shows it.
type received struct {
	ID, Verdict, Reason, Remote, Host, Path, Query string
	Size                                           int64
}

// deliver sends a delivery, which must be stored, and returns it.
func (c *client) deliver(url string, body io.Reader, headers ...string) (d received) {
	c.t.Helper()
	status, text := c.send("POST", url, body, headers...)
	if status != http.StatusOK {
		c.t.Fatalf("%s: %d %s", url, status, text)
	}
	var stored struct{ ID string }
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		c.t.Fatal(err, text)
	}
	c.call("GET", "deliveries/"+stored.ID, "", &d)
	return d
}

// receives requires that host, path and query arrive as they were sent, and that plain HTTP is redirected.
func (c *client) receives() {
	c.t.Helper()
	_, url := c.endpoint(`{"name":"any","verify":"off"}`)
	d := c.deliver(url+"/a%2Fb//c?q=%E9&q=a+b", strings.NewReader("hello"))
	if d.Path != "/a%2Fb//c" || d.Query != "q=%E9&q=a+b" || d.Host != host || d.Size != 5 {
		c.t.Errorf("received %+v", d)
	}
	status, text := c.send("GET", c.site+"/", nil)
	if status != http.StatusOK || !strings.Contains(text, "Hookbeam") {
		c.t.Errorf("the dashboard: %d %s", status, text)
	}
}

// seesTheClient requires that the server sees who has connected to the proxy, whatever they write into the headers, and
// limits each of them.
func (c *client) seesTheClient() {
	c.t.Helper()
	_, url := c.endpoint(`{"name":"clients","verify":"off"}`)
	liar, honest := c.as(3), c.as(4)
	const claim = "X-Forwarded-For: 203.0.113.9, 127.0.0.1"
	d := liar.deliver(url, nil, claim, "X-Real-IP: 203.0.113.9", "Forwarded: for=203.0.113.9")
	if d.Remote != "127.0.0.3" {
		c.t.Errorf("the sender at 127.0.0.3 is taken for %s", d.Remote)
	}
	refused := 0
	for range 10 {
		if status, _ := liar.send("POST", url, nil, claim); status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		c.t.Errorf("%d of 10 deliveries over the limit were refused", refused)
	}
	honest.deliver(url, nil)
	var list struct {
		Refusals []struct{ Address string }
	}
	c.call("GET", "refusals", "", &list)
	for _, r := range list.Refusals {
		if r.Address != "" && r.Address != "127.0.0.3" {
			c.t.Errorf("%s is listed as refused", r.Address)
		}
	}
	if len(list.Refusals) == 0 {
		c.t.Error("no refusal is listed")
	}
}

// takesLargeBodies requires that a body of 20 MiB arrives as it was sent.
func (c *client) takesLargeBodies() {
	c.t.Helper()
	_, url := c.endpoint(`{"name":"large","verify":"off","max_body":26214400}`)
	body := make([]byte, 20<<20)
	if _, err := rand.Read(body); err != nil {
		c.t.Fatal(err)
	}
	d := c.as(5).deliver(url, bytes.NewReader(body))
	status, stored := c.send("GET", c.site+"/api/v1/deliveries/"+d.ID+"/body", nil,
		"Authorization: Bearer "+adminToken)
	if status != http.StatusOK || stored != string(body) {
		c.t.Errorf("stored %d of %d bytes, status %d", len(stored), len(body), status)
	}
	// Without a length, in chunks.
	if d := c.as(8).deliver(url, struct{ io.Reader }{bytes.NewReader(body)}); d.Size != int64(len(body)) {
		c.t.Errorf("stored %d bytes of a body in chunks", d.Size)
	}
}

// verifiesSignedURLs requires that a sender that signs the URL is verified: scheme, host and path are those that the
// sender sees.
func (c *client) verifiesSignedURLs() {
	c.t.Helper()
	const secret = "0123456789abcdef0123456789abcdef"
	_, url := c.endpoint(`{"name":"twilio","provider":"twilio",` +
		`"secrets":[{"label":"main","value":"` + secret + `"}]}`)
	for n, signed := range []string{url, strings.Replace(url, "https:", "http:", 1)} {
		want, sender := []string{"verified", "rejected"}[n], c.as(byte(10+n))
		mac := hmac.New(sha1.New, []byte(secret))
		mac.Write([]byte(signed + "BodyhiMessageSidSM1MessageStatussent"))
		before := c.newest()
		sender.send("POST", url, strings.NewReader("MessageSid=SM1&MessageStatus=sent&Body=hi"),
			"Content-Type: application/x-www-form-urlencoded",
			"X-Twilio-Signature: "+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		if d := c.newest(); d.Verdict != want || d.ID == before.ID {
			c.t.Errorf("signed for %s: %+v", signed, d)
		}
	}
}

// newest returns the newest delivery.
func (c *client) newest() received {
	c.t.Helper()
	var list struct{ Deliveries []received }
	c.call("GET", "deliveries?limit=1", "", &list)
	if len(list.Deliveries) == 0 {
		return received{}
	}
	return list.Deliveries[0]
}

// keepsIdleSockets requires that a WebSocket on which nothing happens outlives the idle limit of 30 seconds, because
// the server pings every 20 seconds, and that it still shows deliveries then.
func (c *client) keepsIdleSockets() {
	c.t.Helper()
	conn, err := c.dial()
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(100 * time.Second)); err != nil {
		c.t.Fatal(err)
	}
	path := strings.TrimPrefix(c.site, "https://"+host) + "/api/v1/live"
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer %s\r\n\r\n",
		path, host, adminToken)
	in := bufio.NewReader(conn)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		c.t.Fatal(res, err)
	}
	const text, ping = 1, 9
	for pings := 0; pings < 2; { // the second comes after 40 seconds
		kind, _ := readFrame(c.t, in)
		if kind == ping {
			pings++
			pong := []byte{0x80 | 10, 0x80, 0, 0, 0, 0} // empty, and masked with zeros
			if _, err := conn.Write(pong); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	_, url := c.endpoint(`{"name":"late","verify":"off"}`)
	d := c.as(7).deliver(url, strings.NewReader("late"))
	for {
		if kind, content := readFrame(c.t, in); kind == text && strings.Contains(content, d.ID) {
			return
		}
	}
}

// readFrame reads a WebSocket frame of a server, which is not masked.
func readFrame(t *testing.T, in *bufio.Reader) (kind byte, content string) {
	t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(in, head); err != nil {
		t.Fatal("the socket was closed:", err)
	}
	length := uint64(head[1] & 0x7f)
	if length > 125 {
		more := make([]byte, map[uint64]int{126: 2, 127: 8}[length])
		if _, err := io.ReadFull(in, more); err != nil {
			t.Fatal(err)
		}
		length = binary.BigEndian.Uint64(append(make([]byte, 8-len(more)), more...))
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(in, body); err != nil {
		t.Fatal(err)
	}
	return head[0] & 0x0f, string(body)
}
