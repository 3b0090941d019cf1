package trust_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copies are what the program gives to be passed on, by name, such as an export.
type copies struct {
	*testing.T
	texts   map[string][]byte
	secrets map[string]string // that none of them may hold, by what they are
}

// add adds a copy. An empty one would prove nothing.
func (c *copies) add(name string, text []byte) {
	if len(bytes.TrimSpace(text)) == 0 {
		c.Errorf("%s is empty", name)
	}
	c.texts[name] = text
}

// addFile adds a copy that is a file, which must be its owner's alone.
func (c *copies) addFile(path string) {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		c.Errorf("%s is %v (%v), not its owner's alone", path, info, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		c.Error(err)
	}
	c.add(filepath.Base(path), text)
}

// TestNoCopyHoldsASecret checks S28: secrets of every kind are given to a server, and a payment is received with one.
// Then everything is made that the program gives to be kept elsewhere or shown to somebody else: a backup, an export, a
// copy of the statuses, a plan, lists, the doctor's findings, profiles, metrics, and the log of it all. None of it may
// hold a secret, and each file must be its owner's alone, whatever the umask.
func TestNoCopyHoldsASecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newServer(t, "--log-level", "debug")
	s.start()
	c := &copies{T: t, texts: map[string][]byte{}, secrets: map[string]string{
		"the secret": "whsec_canary0123456789abcdef", "the verify token": "canary-verify-token-0123",
		"the password in a URL": "canary-password-0123", "the token of a challenge": "canary-challenge-0123",
		"the next secret": "whsec_canary-next-0123456789", "the next verify token": "canary-next-token-0123",
		"the administrator's token": adminToken,
	}}
	shop := s.make(map[string]any{"name": "shop", "provider": "stripe",
		"signed_url": "https://shop:" + c.secrets["the password in a URL"] + "@shop.example/hooks",
		"secrets":    []any{map[string]any{"label": "live", "value": c.secrets["the secret"]}}})
	s.make(map[string]any{"name": "whatsapp", "provider": "meta",
		"settings": map[string]any{"verify_token": c.secrets["the verify token"]},
		"secrets":  []any{map[string]any{"label": "app", "value": c.secrets["the secret"]}}})
	s.make(map[string]any{"name": "own", "provider": "generic-hmac", "verify": "off", "settings": map[string]any{
		"challenge": "echo-query", "challenge_field": "query:hub.challenge",
		"challenge_require": "query:hub.verify_token=" + c.secrets["the token of a challenge"]}})
	var key, token struct{ Key, Token string }
	s.api(http.MethodPost, "/api/v1/endpoints/"+shop.ID+"/link-keys", http.StatusCreated, map[string]any{}, &key)
	s.api(http.MethodPost, "/api/v1/tokens", http.StatusCreated,
		map[string]any{"name": "copies", "scopes": []string{"read"}}, &token)
	c.secrets["the key of status links"], c.secrets["the API token"] = key.Key, token.Token
	seal, err := os.ReadFile(filepath.Join(s.data, "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	c.secrets["the key of the seal"] = strings.TrimSpace(string(seal))
	s.sendIgnoringAnswer(s.addr, "POST /in/nobody?token="+c.secrets["the secret"]+" HTTP/1.1\r\nHost: x\r\n"+
		"Authorization: Bearer "+c.secrets["the API token"]+"\r\nContent-Length: 0\r\n\r\n")
	c.add("the output of trigger", command(t, "trigger", "stripe", "payment_intent.succeeded", "--endpoint", "shop",
		"--data", s.data, "--json"))
	c.ofRunning(s, dir)

	plan := filepath.Join(dir, "plan.yaml")
	text := "endpoints:\n  - {name: shop, provider: stripe, secrets: [{label: live, value: " +
		c.secrets["the next secret"] + "}]}\n  - {name: whatsapp, provider: meta, settings: {verify_token: " +
		c.secrets["the next verify token"] + "}}\n"
	if err := os.WriteFile(plan, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c.add("a plan", command(t, "apply", plan, "--dry-run", "--data", s.data))
	c.add("a plan as JSON", command(t, "apply", plan, "--dry-run", "--json", "--data", s.data))
	c.add("a plan that is applied", command(t, "apply", plan, "--data", s.data))
	s.stop()
	c.add("the log", []byte(s.log.String()))
	if n := bytes.Count(c.texts["the log"], []byte("msg=\"control request\"")); n < 10 {
		t.Errorf("only %d commands are in the log", n)
	}
	statuses := filepath.Join(dir, "statuses.db")
	command(t, "statuses", "export", statuses, "--data", s.data)
	c.addFile(statuses)
	restored := filepath.Join(dir, "restored")
	command(t, "restore", filepath.Join(dir, "backup.hb"), "--data", restored, "--seal-key-file",
		filepath.Join(s.data, "seal.key"))
	for _, name := range []string{"hookbeam.db", "statuses.db"} {
		c.addFile(filepath.Join(restored, name))
	}
	for name, text := range c.texts {
		for what, secret := range c.secrets {
			if len(secret) < 16 {
				t.Fatalf("%s is %q: the test does not know it", what, secret)
			}
			if bytes.Contains(text, []byte(secret)) {
				t.Errorf("%s holds %s", name, what)
			}
		}
	}
}

// ofRunning adds the copies that a running server gives.
func (c *copies) ofRunning(s *server, dir string) {
	c.Helper()
	for _, args := range [][]string{{"export"}, {"endpoint", "secret", "list", "shop", "--json"},
		{"token", "list", "--json"}, {"check", "--json"}} {
		c.add("the output of "+strings.Join(args, " "), command(c.T, append(args, "--data", s.data)...))
	}
	if out, _ := s.command(hookbeam, "doctor", "--json", "--timeout", "30s"); out != "" { // 1: it found a problem
		c.add("the findings of the doctor", []byte(out))
	}
	exported := filepath.Join(dir, "export.yaml")
	command(c.T, "export", "--output", exported, "--data", s.data)
	c.addFile(exported)
	s.backup(filepath.Join(dir, "backup.hb"))
	c.addFile(filepath.Join(dir, "backup.hb"))
	for _, reference := range []string{"${SHOP_LIVE_SECRET}", "${SHOP_SIGNED_URL_SECRET}",
		"${WHATSAPP_VERIFY_TOKEN_SETTING}", "${OWN_CHALLENGE_REQUIRE_SETTING}"} {
		if !bytes.Contains(c.texts["export.yaml"], []byte(reference)) {
			c.Errorf("the export has no %s:\n%s", reference, c.texts["export.yaml"])
		}
	}
	for _, path := range []string{"/control/v1/debug", "/control/v1/debug/goroutines?debug=2",
		"/control/v1/debug/heap?debug=1", "/control/v1/debug/heap", "/control/v1/about", "/api/v1/server"} {
		text, err := s.controlText(path)
		if err != nil {
			c.Error(err)
		}
		c.add(path, text)
	}
	for _, path := range []string{"/api/v1/operations?range=1h", "/api/v1/refusals", "/metrics", "/api/v1/statuses",
		"/api/v1/deliveries"} {
		var text []byte
		s.api(http.MethodGet, path, http.StatusOK, nil, &text)
		c.add(path, text)
	}
}
