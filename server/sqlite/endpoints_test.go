package sqlite

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"hookbeam/server/hook"
)

// TestOlderEndpointsWithoutASecretSayThatTheyCheckNothing opens a database as a release before verify was settled
// wrote it.
func TestOlderEndpointsWithoutASecretSayThatTheyCheckNothing(t *testing.T) {
	const secret = `[{"Label":"live","Value":"0123456789abcdef"}]`
	const blank = `[{"Label":"a","Value":""},{"Label":"b","Value":" \t"}]`
	cases := []struct {
		name, provider, verify, secrets, settings string
		want                                      hook.Verify
	}{
		{"a secret", "generic", "enforce", secret, `{}`, hook.Enforce},
		{"null", "generic", "enforce", `null`, `null`, hook.Off},
		{"none", "stripe", "enforce", `[]`, `{}`, hook.Off},
		{"blank ones", "stripe", "enforce", blank, `{}`, hook.Off},
		{"observed", "stripe", "observe", `[]`, `{}`, hook.Off},
		{"observed with a secret", "stripe", "observe", secret, `{}`, hook.Observe},
		{"off", "stripe", "off", secret, `{}`, hook.Off},
		{"by certificate", "paypal", "enforce", `null`, `{"webhook_id":"WH-1"}`, hook.Enforce},
		{"by a pinned certificate", "paypal", "enforce", `[]`, `{"certificate":"-----BEGIN"}`, hook.Enforce},
		{"by certificate, its id missing", "paypal", "enforce", `[]`, `{"webhook_id":" "}`, hook.Off},
		{"another's settings", "stripe", "enforce", `[]`, `{"webhook_id":"WH-1"}`, hook.Off},
	}
	dir := t.TempDir()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	older, err := goose.NewProvider(goose.DialectSQLite3, db, steps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.UpTo(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		_, err := db.ExecContext(t.Context(), `INSERT INTO endpoints (id, name, slug, provider, verify, tolerance,
			secrets, max_body, response, signed_url, settings, allow, created_at, deleted_at)
			VALUES (?, ?, ?, ?, ?, 300, ?, 1000, 'null', '', ?, 'null', ?, 0)`, fmt.Sprintf("ep_%d", i), c.name,
			fmt.Sprintf("slug-%d", i), c.provider, c.verify, c.secrets, c.settings, i)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ := running(t, dir, Options{})
	got, err := s.Endpoints(t.Context())
	if err != nil || len(got) != len(cases) {
		t.Fatal(err, got)
	}
	for i, c := range cases {
		if got[i].Verify != c.want || got[i].Awaiting {
			t.Errorf("%s: %s, awaiting %v; want %s", c.name, got[i].Verify, got[i].Awaiting, c.want)
		}
	}
}

func TestEndpointsComeBackWhole(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	want := hook.Endpoint{
		ID:        "ep_x",
		Name:      "shop",
		Slug:      "shop-abc",
		Provider:  "generic",
		Verify:    hook.Enforce,
		Tolerance: 5 * time.Minute,
		Secrets:   []hook.Secret{{Label: "live", Value: "s3cret"}},
		MaxBody:   1 << 20,
		Response:  &hook.Response{Status: 202, Body: "ok"},
		Settings:  map[string]string{"a": "b"},
		Awaiting:  true,
		CheckedAs: "0123", WouldVerify: 14,
		CreatedAt: hook.Time{Time: noon},
	}
	if err := s.PutEndpoint(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	stop()
	s, _ = running(t, dir, Options{})
	got, err := s.Endpoints(t.Context())
	if diff := cmp.Diff([]hook.Endpoint{want}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
