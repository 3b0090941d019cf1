package trust_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recordedEndpoint is an endpoint as an earlier release's API returned it, recorded when the release's database was
// kept.
type recordedEndpoint struct {
	Name     string `json:"name"`
	URL      string `json:"url"`
	Provider string `json:"provider"`
	Verify   string `json:"verify"`
	Secrets  []struct {
		Label string `json:"label"`
	} `json:"secrets"`
	Response *struct {
		Status int `json:"status"`
	} `json:"response"`
}

// TestAnUpgradeCutsNobodyOffAndOpensNothing checks R18: a server starts on the kept database of each earlier release,
// and an unsigned delivery is posted to each endpoint. An endpoint that verified must still verify. One that accepted
// everything must still do so, and be reported as open. A deleted one must stay deleted.
func TestAnUpgradeCutsNobodyOffAndOpensNothing(t *testing.T) {
	releases, err := filepath.Glob("../sqlite/testdata/releases/*/holds.json")
	if err != nil || len(releases) == 0 {
		t.Fatal("no release is kept", err)
	}
	for _, file := range releases {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) { openOlder(t, file) })
	}
}

// openOlder runs the test for one release. file lists what its database contains.
func openOlder(t *testing.T, file string) {
	var holds struct {
		Endpoints []recordedEndpoint
		Deleted   string // URL of an endpoint that was deleted
	}
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &holds)
	}
	if err != nil || len(holds.Endpoints) == 0 {
		t.Fatal(file, err)
	}
	s := newServer(t)
	for _, name := range []string{"hookbeam.db", "statuses.db"} {
		unpack(t, filepath.Join(filepath.Dir(file), name+".gz"), filepath.Join(s.data, name))
	}
	// Releases that seal secrets have a key, without which the server would not start.
	if key, err := os.ReadFile(filepath.Join(filepath.Dir(file), "seal.key")); err == nil {
		if err := os.WriteFile(filepath.Join(s.data, "seal.key"), key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.start()
	var now struct {
		Endpoints []struct {
			Name, Verify    string
			Open, Confirmed bool
		} `json:"endpoints"`
	}
	s.api(http.MethodGet, "/api/v1/endpoints", http.StatusOK, nil, &now)
	client, open := newClient(t, 1), 0
	for _, e := range holds.Endpoints {
		// Only an endpoint with a secret verified anything. It must still answer 401 if it enforced.
		checks := e.Verify != "off" && len(e.Secrets) > 0
		want := map[bool]int{true: http.StatusUnauthorized, false: http.StatusOK}[checks && e.Verify == "enforce"]
		if e.Response != nil && want == http.StatusOK {
			want = e.Response.Status
		}
		// The request has a public host name: endpoints of earlier releases need no confirmation for that.
		if got := unsignedTo(t, s, client, e.URL); got != want {
			t.Errorf("%s: %d, want %d", e.Name, got, want)
		}
		// The API shows what verifies nothing as open, and all endpoints as confirmed.
		for _, n := range now.Endpoints {
			if n.Name == e.Name && (n.Open == checks || !n.Confirmed || checks && n.Verify != e.Verify) {
				t.Errorf("%s: %+v", e.Name, n)
			}
		}
		if !checks {
			open++
			if !strings.Contains(s.log.String(), e.Name) {
				t.Errorf("the log does not name %s", e.Name)
			}
		}
	}
	// The URL of a deleted endpoint must not work again.
	if holds.Deleted != "" {
		if got := unsignedTo(t, s, client, holds.Deleted); got != http.StatusNotFound {
			t.Errorf("the deleted one: %d", got)
		}
	}
	// One warning names all of them.
	if open == 0 || strings.Count(s.log.String(), "endpoints without verification") != 1 {
		t.Errorf("%d are open; the log says %s", open, s.log)
	}
}

// unsignedTo posts an unsigned body to the path of address, as a client on the Internet would, and returns the status.
func unsignedTo(t *testing.T, s *server, client *http.Client, address string) (status int) {
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	within(t, address, func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.addr+u.Path, strings.NewReader("{}"))
		if err != nil {
			return err
		}
		r.Host = "hooks.example.com"
		answer, err := client.Do(r)
		if err != nil {
			return err
		}
		status = answer.StatusCode
		return answer.Body.Close()
	})
	return status
}

// unpack decompresses the gzip file from into the file to.
func unpack(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	packed, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(packed)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
