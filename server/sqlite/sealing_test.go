package sqlite

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
	"hookbeam/server/seal"
)

// sealKey is the key of all tests that do not need another one.
var sealKey = mustParse("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")

func mustParse(text string) *seal.Key {
	k, err := seal.Parse(text, rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

// canaries are the secret values of canaryEndpoint.
var canaries = []string{"canary-secret-live", "canary-secret-old", "canary-verify-token", "canary-link-key",
	"canary-user:canary-password", "canary-fingerprint"}

func canaryEndpoint() hook.Endpoint {
	return hook.Endpoint{
		ID: "ep_canary", Name: "shop", Slug: "shop-1", Provider: "meta", Verify: hook.Enforce, MaxBody: 1,
		Secrets:   []hook.Secret{{Label: "live", Value: canaries[0]}, {Label: "old", Value: canaries[1]}},
		Settings:  map[string]string{"verify_token": canaries[2], "empty": ""},
		SignedURL: "https://" + canaries[4] + "@example.com/in",
		CheckedAs: canaries[5],
		Statuses: hook.StatusRules{Only: "type:x", LinkKeys: []hook.LinkKey{{ID: "k1", Value: canaries[3],
			CreatedAt: hook.Time{Time: noon}}}},
		CreatedAt: hook.Time{Time: noon},
	}
}

// filesWith returns the files in dir that contain one of the texts.
func filesWith(t *testing.T, dir string, texts ...string) (found []string) {
	t.Helper()
	for name, content := range contents(t, dir) {
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				found = append(found, name+": "+text)
			}
		}
	}
	return found
}

func TestSecretsAreSealedInTheDatabaseAndItsWAL(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	want := canaryEndpoint()
	if err := s.PutEndpoint(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, dir, canaries...); found != nil {
		t.Errorf("while it is open: %q", found)
	}
	if found := filesWith(t, dir, "sealed:1:"+sealKey.ID()); found == nil {
		t.Error("there is no sealed value in the files: the test does not see them")
	}
	if diff := cmp.Diff(canaryEndpoint(), want); diff != "" {
		t.Errorf("storing an endpoint changed it\n%s", diff)
	}
	stop()
	if found := filesWith(t, dir, canaries...); found != nil {
		t.Errorf("after it was closed: %q", found)
	}
	s, _ = running(t, dir, Options{})
	if got, err := s.Endpoints(t.Context()); err != nil || cmp.Diff([]hook.Endpoint{want}, got) != "" {
		t.Errorf("%v\n%s", err, cmp.Diff([]hook.Endpoint{want}, got))
	}
}

func TestASealedSecretDoesNotOpenAtAnotherEndpoint(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	for _, id := range []hook.EndpointID{"ep_a", "ep_b"} {
		e := canaryEndpoint()
		e.ID, e.Slug = id, string(id)
		if err := s.PutEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.do(t.Context(), func(c *writerConn) error {
		return c.exec(`UPDATE endpoints SET secrets = (SELECT secrets FROM endpoints WHERE id = 'ep_a')
			WHERE id = 'ep_b'`)
	}); err != nil {
		t.Fatal(err)
	}
	stop()
	s, _ = running(t, dir, Options{})
	if _, err := s.Endpoints(t.Context()); !errors.Is(err, seal.ErrChanged) || !strings.Contains(err.Error(), "ep_b") {
		t.Errorf("%v", err)
	}
}

// TestSealedSecretsAreNotSealedAgain opens a database from which somebody removed what it says about its key. Its
// values must not be taken for plain ones, with the same key and with another one.
func TestSealedSecretsAreNotSealedAgain(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	err := s.PutEndpoint(t.Context(), canaryEndpoint())
	if err == nil {
		err = s.do(t.Context(), func(c *writerConn) error { return c.exec(`DELETE FROM sealing`) })
	}
	if err != nil {
		t.Fatal(err)
	}
	stop()
	other := mustParse("fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210")
	for _, key := range []Sealer{sealKey, other} {
		db, err := Open(t.Context(), dir, Options{Now: time.Now, Random: rand.Reader,
			Log: slog.New(slog.DiscardHandler), Seal: key})
		if !errors.Is(err, errSealedBefore) || !strings.Contains(err.Error(), "ep_canary") {
			t.Errorf("%v", err)
		}
		if err == nil {
			_ = db.Close()
		}
	}
	if id, err := SealedWith(t.Context(), dir); id != "" || err != nil {
		t.Errorf("afterwards it is sealed with %q (%v)", id, err)
	}
}

// TestASealedDatabaseNeedsItsKey also demands that nothing changes when the key is a wrong one.
func TestASealedDatabaseNeedsItsKey(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	if err := s.PutEndpoint(t.Context(), canaryEndpoint()); err != nil {
		t.Fatal(err)
	}
	if id, err := SealedWith(t.Context(), dir); id != sealKey.ID() || err != nil {
		t.Errorf("while it is open it needs %q (%v)", id, err)
	}
	stop()
	before := contents(t, dir)
	if id, err := SealedWith(t.Context(), dir); id != sealKey.ID() || err != nil {
		t.Errorf("it needs %q (%v)", id, err)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Error("asking which key it needs changed something")
	}
	other := mustParse("1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	if _, err := openStore(t.Context(), dir, options(Options{Seal: other})); !errors.Is(err, ErrOtherKey) ||
		!strings.Contains(err.Error(), sealKey.ID()) {
		t.Errorf("with another key: %v", err)
	}
	without := options(Options{})
	without.Seal = nil
	if _, err := openStore(t.Context(), dir, without); !errors.Is(err, errNoKey) {
		t.Errorf("without a key: %v", err)
	}
	s, _ = running(t, dir, Options{})
	if got, err := s.Endpoints(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("%v (%v)", got, err)
	}
}

func TestAFolderWithoutASealedDatabaseNeedsNoKey(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if id, err := SealedWith(t.Context(), dir); id != "" || err != nil {
			t.Errorf("it needs %q (%v)", id, err)
		}
		if err := os.WriteFile(filepath.Join(dir, FileName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir, _ = unpack(t, "testdata/releases/43c954e")
	if id, err := SealedWith(t.Context(), dir); id != "" || err != nil {
		t.Errorf("of an older release: %q (%v)", id, err)
	}
}

// keptSecrets are those that scripts/keep-release gives its endpoints.
var keptSecrets = []string{"whsec_kept_0123456789abcdef", "whsec_kept_fedcba9876543210", "kept-github-secret-0123",
	"kept-hubspot-secret-0123", "kept-gone-secret-0123"}

// TestNoPlainSecretOfAnOlderReleaseIsLeft opens what past releases wrote. The free space of the file counts, too, and
// so does a WAL that a crash left.
func TestNoPlainSecretOfAnOlderReleaseIsLeft(t *testing.T) {
	eachRelease(t, func(t *testing.T, dir string, h holds) {
		found := filesWith(t, dir, keptSecrets...)
		if h.seal != nil { // it sealed them itself
			if found != nil {
				t.Errorf("it left %q", found)
			}
			return
		}
		if len(found) < 4 {
			t.Fatalf("only %q: the test does not see the release's secrets", found)
		}
		leaveFreeSpace(t, dir)
		s, stop := running(t, dir, Options{})
		if found := filesWith(t, dir, keptSecrets...); found != nil {
			t.Errorf("while it is open: %q", found)
		}
		endpoints, err := s.Endpoints(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var values []string
		for _, e := range endpoints {
			for _, s := range e.Secrets {
				values = append(values, s.Value)
			}
		}
		for _, want := range keptSecrets[:2] {
			if !strings.Contains(strings.Join(values, " "), want) {
				t.Errorf("%s was lost", want)
			}
		}
		stop()
		if found := filesWith(t, dir, append(keptSecrets, "canary-freed")...); found != nil {
			t.Errorf("after it was closed: %q", found)
		}
	})
}

// leaveFreeSpace stores a large secret in a database of a past release and deletes it again, so that it is left in free
// pages, and leaves the WAL beside the file, as a crash does.
func leaveFreeSpace(t *testing.T, dir string) {
	t.Helper()
	db := plainly(t, filepath.Join(dir, FileName))
	large := `[{"Label":"x","Value":"` + strings.Repeat("canary-freed", 4000) + `"}]`
	for _, statement := range []string{
		`PRAGMA wal_autocheckpoint = 0`,
		`INSERT INTO endpoints (id, name, slug, provider, verify, tolerance, secrets, max_body, response, signed_url,
			settings, allow, created_at, deleted_at)
			VALUES ('ep_large', 'large', 'large', 'generic', 'enforce', 1, '` + large + `', 1, 'null', '', '{}', 'null',
				1, 0)`,
		`PRAGMA wal_checkpoint(PASSIVE)`,
		`DELETE FROM endpoints WHERE id = 'ep_large'`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	left := contents(t, dir)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	restore(t, dir, left)
	if found := filesWith(t, dir, "canary-freed"); len(found) < 2 {
		t.Fatalf("only in %q", found)
	}
}

// TestAnInterruptedSealingIsFinished opens a database in which the values are sealed and the file was not rewritten.
func TestAnInterruptedSealingIsFinished(t *testing.T) {
	dir, _ := unpack(t, "testdata/releases/43c954e")
	path := filepath.Join(dir, FileName)
	if err := logSchema.migrate(t.Context(), dsn(path, durable)); err != nil {
		t.Fatal(err)
	}
	leaveFreeSpace(t, dir)
	c, err := openWriter(dsn(path, durable), 2)
	if err != nil {
		t.Fatal(err)
	}
	half := newDatabase(dir, options(Options{}))
	half.write = c
	if _, err := half.sealPlain(sealKey); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, dir, "canary-freed"); found == nil {
		t.Fatal("nothing is left in free space")
	}
	_, stop := running(t, dir, Options{})
	stop()
	if found := filesWith(t, dir, append(keptSecrets, "canary-freed")...); found != nil {
		t.Errorf("%q", found)
	}
}

// TestADatabaseThatCannotBeRewrittenOpens has another program read the database, so that its WAL cannot be emptied.
func TestADatabaseThatCannotBeRewrittenOpens(t *testing.T) {
	dir, _ := unpack(t, "testdata/releases/43c954e")
	reader := plainly(t, filepath.Join(dir, FileName))
	tx, err := reader.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM endpoints`).Scan(&n); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	s, stop := running(t, dir, Options{Log: log})
	if got, err := s.Endpoints(t.Context()); err != nil || len(got) != n {
		t.Errorf("%d endpoints (%v), want %d", len(got), err, n)
	}
	stop()
	if !strings.Contains(said.String(), "could not be rewritten") {
		t.Errorf("it said\n%s", said.String())
	}
	if err := errors.Join(tx.Rollback(), reader.Close()); err != nil {
		t.Fatal(err)
	}
	_, stop = running(t, dir, Options{})
	stop()
	if found := filesWith(t, dir, keptSecrets...); found != nil {
		t.Errorf("after the next start: %q", found)
	}
}

// TestAnInterruptedRekeyIsFinished has another program read the database, so that it cannot be rewritten: values of the
// old key are left, which the next start must remove.
func TestAnInterruptedRekeyIsFinished(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	if err := s.PutEndpoint(t.Context(), canaryEndpoint()); err != nil {
		t.Fatal(err)
	}
	stop()
	s, err := openStore(t.Context(), dir, options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	reader := plainly(t, filepath.Join(dir, FileName))
	tx, err := reader.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), `SELECT count(*) FROM endpoints`).Scan(&n); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	other := mustParse("1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
	if residue, err := s.Rekey(other); !residue || err != nil {
		t.Fatalf("residue %v (%v)", residue, err)
	}
	if err := errors.Join(tx.Rollback(), reader.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, stop = running(t, dir, Options{Seal: other})
	stop()
	if found := filesWith(t, dir, "sealed:1:"+sealKey.ID()); found != nil {
		t.Errorf("%q", found)
	}
}

func TestOpenBesideReadsNoSecretsWithoutTheKey(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	if err := s.PutEndpoint(t.Context(), canaryEndpoint()); err != nil {
		t.Fatal(err)
	}
	stop()
	o := options(Options{})
	o.Seal = nil
	s, err := openStoreBeside(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if got, err := s.Endpoints(t.Context()); !errors.Is(err, errNoKey) {
		t.Errorf("%v (%v)", got, err)
	}
}
