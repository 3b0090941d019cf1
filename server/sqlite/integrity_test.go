package sqlite

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// sumOf is the checksum of a record with this version, random bits and headers, and what it is made of but the body.
func sumOf(version byte, r *hook.Record, random, headers []byte) (sum uint32, encoded []byte) {
	row := rowOf(r, headers)
	row.version, row.random = int64(version), random
	encoded, _, _ = row.encode(nil)
	return checksum(encoded, r.Body), encoded
}

// full is a record none of whose values is empty.
func full() *hook.Record {
	r := record(`{"amount":100}`)
	r.Endpoint, r.Method, r.Path, r.Query, r.Type, r.Event = "ep_a", "PUT", "/below", "q=1", "charge.paid", "evt_1"
	r.Verdict, r.Reason, r.Secret = hook.Rejected, "signature_mismatch", "live"
	r.Account, r.Mode, r.Events = "acct_1", "live", 2
	r.OccurredAt, r.ReleaseOf = hook.Time{Time: noon.Add(-time.Second)}, 7
	r.Check = hook.Check{Scheme: "hmac-sha256", Covers: "body", Dated: true, Skew: 1500 * time.Millisecond}
	return r
}

// TestTheEncodingOfARecordStaysAsItIs: what a release has written is verified by all later ones.
func TestTheEncodingOfARecordStaysAsItIs(t *testing.T) {
	r := full()
	r.Seq, r.DuplicateOf, r.Occurrence = 9, 3, 2
	sum, encoded := sumOf(recordVersion, r, bytes.Repeat([]byte{0xab}, 16), flatHeaders(nil, r.Headers))
	const want = "01090000000000000010abababababababababababababababab0465705f61001eb8b89c0100002a0000000000000003" +
		"505554062f62656c6f7703713d31106170706c69636174696f6e2f6a736f6e0e000000000000000b6368617267652e70" +
		"616964056576745f310872656a6563746564127369676e61747572655f6d69736d61746368046c697665030000000000" +
		"000002000000000000000700000000000000181ab8b89c01000006616363745f31046c69766502000000000000000b68" +
		"6d61632d73686132353604626f647901dc0500000000000009682e6578616d706c6508485454502f312e31093139322e" +
		"302e322e3112413a20310a413a203a20323a200a423a200a0e"
	if got := hex.EncodeToString(encoded); got != want || sum != 0x713294a2 {
		t.Errorf("%s\n%08x", got, sum)
	}
}

func TestEveryValueOfARecordIsInItsChecksum(t *testing.T) {
	random, headers := bytes.Repeat([]byte{1}, 16), []byte("A: 1\n")
	was, _ := sumOf(recordVersion, full(), random, headers)
	for name, change := range map[string]func(*hook.Record){
		"seq":                      func(r *hook.Record) { r.Seq++ },
		"endpoint":                 func(r *hook.Record) { r.Endpoint = "ep_b" },
		"received":                 func(r *hook.Record) { r.ReceivedAt.Time = r.ReceivedAt.Add(time.Millisecond) },
		"took":                     func(r *hook.Record) { r.Took += time.Microsecond },
		"method":                   func(r *hook.Record) { r.Method = "PUP" },
		"path":                     func(r *hook.Record) { r.Path += "/" },
		"query":                    func(r *hook.Record) { r.Query += "1" },
		"content type":             func(r *hook.Record) { r.ContentType += "1" },
		"size":                     func(r *hook.Record) { r.Size++ },
		"type":                     func(r *hook.Record) { r.Type += "1" },
		"event":                    func(r *hook.Record) { r.Event += "1" },
		"verdict":                  func(r *hook.Record) { r.Verdict = hook.Verified },
		"reason":                   func(r *hook.Record) { r.Reason += "1" },
		"secret":                   func(r *hook.Record) { r.Secret += "1" },
		"duplicate_of":             func(r *hook.Record) { r.DuplicateOf++ },
		"try":                      func(r *hook.Record) { r.Occurrence++ },
		"release_of":               func(r *hook.Record) { r.ReleaseOf++ },
		"occurred":                 func(r *hook.Record) { r.OccurredAt = hook.Time{} },
		"account":                  func(r *hook.Record) { r.Account += "1" },
		"mode":                     func(r *hook.Record) { r.Mode = "" },
		"events":                   func(r *hook.Record) { r.Events++ },
		"scheme":                   func(r *hook.Record) { r.Check.Scheme += "1" },
		"covers":                   func(r *hook.Record) { r.Check.Covers += "1" },
		"dated":                    func(r *hook.Record) { r.Check.Dated, r.Check.Skew = false, 0 },
		"skew":                     func(r *hook.Record) { r.Check.Skew += time.Millisecond },
		"host":                     func(r *hook.Record) { r.Host += "1" },
		"proto":                    func(r *hook.Record) { r.Proto += "1" },
		"remote":                   func(r *hook.Record) { r.Remote += "1" },
		"body":                     func(r *hook.Record) { r.Body = []byte(`{"amount":999}`) },
		"text moved to the next":   func(r *hook.Record) { r.Type, r.Event = r.Type+r.Event[:1], r.Event[1:] },
		"header moved to the body": func(r *hook.Record) { r.Body = append([]byte("A: 1\n"), r.Body...) },
	} {
		r := full()
		change(r)
		if now, _ := sumOf(recordVersion, r, random, headers); now == was {
			t.Errorf("%s is not in it", name)
		}
	}
	for name, sum := range map[string]func() (uint32, []byte){
		"version": func() (uint32, []byte) { return sumOf(2, full(), random, headers) },
		"random": func() (uint32, []byte) {
			return sumOf(recordVersion, full(), bytes.Repeat([]byte{2}, 16), headers)
		},
		"headers": func() (uint32, []byte) { return sumOf(recordVersion, full(), random, []byte("A: 2\n")) },
	} {
		if now, _ := sum(); now == was {
			t.Errorf("%s is not in it", name)
		}
	}
}

// TestAByteThatChangesAnywhereInARowIsNoticed flips each byte of the row that holds a record, one at a time, on the
// disk.
func TestAByteThatChangesAnywhereInARowIsNoticed(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	appended(t, s, record("before"))
	r := full()
	r.ReleaseOf = 0
	appended(t, s, r)
	appended(t, s, record("after"))
	stop()
	path := filepath.Join(dir, FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The row's cell ends with the body and its checksum. Before its first text, seq's place is empty and version a
	// constant, so its random bytes stand right behind the row's header.
	_, random, _ := r.ID.Parse()
	values := bytes.Index(file, random[:])
	end := bytes.Index(file, r.Body) + len(r.Body) + 4
	header := values - 35 // the kinds of its values, one byte for most of the 33
	if values < 0 || bytes.Count(file, r.Body) != 1 || end < values {
		t.Fatal("the row is not where it was looked for")
	}
	noticed := 0
	for at := header; at < end; at++ {
		damaged := bytes.Clone(file)
		bit := at % 8
		if at == header+2 && bit == 3 {
			bit = 4 // the kind of seq's empty place: 8 is as empty as 0, and says the same
		}
		damaged[at] ^= 1 << bit
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := readAll(t, dir, r.ID); err == nil {
			t.Errorf("byte %d (%q) was flipped, and the record is served as it is", at, file[at])
		} else {
			noticed++
		}
	}
	t.Logf("noticed %d of %d", noticed, end-header)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := readAll(t, dir, r.ID); err != nil {
		t.Errorf("as it was: %v", err)
	}
}

// readAll opens the database and reads a record and its list, and returns why it is not what was written.
func readAll(t *testing.T, dir string, id hook.DeliveryID) error {
	t.Helper()
	s, err := openStore(t.Context(), dir, options(Options{}))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if _, _, err := s.Deliveries(t.Context(), hook.Filter{}, 0, 10); err != nil {
		return err
	}
	_, err = s.Delivery(t.Context(), id)
	return err
}

// spoil changes one byte within a value of a record, below what keeps its checksum.
func spoil(t *testing.T, s *testStore, seq hook.Seq, change string) {
	t.Helper()
	if err := s.do(t.Context(), func(c *writerConn) error {
		return c.exec(`UPDATE deliveries SET `+change+` WHERE seq = ?`, int64(seq))
	}); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedRecordIsShownAsSuchAndNeverActedOn(t *testing.T) {
	for name, change := range map[string]string{
		"its body":        "body = x'7b7d'",
		"a header":        "headers = x'413a20330a'",
		"its path":        "path = '/other'",
		"its event":       "event = 'evt_2'",
		"its checksum":    "checksum = 1",
		"no checksum":     "checksum = NULL",
		"its version":     "version = 2",
		"its random bits": "random = x'00'",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var logged bytes.Buffer
			s, stop := running(t, dir, Options{})
			sound := appended(t, s, rejected("sound"))
			bad := appended(t, s, rejected("bad"))
			spoil(t, s, bad.Seq, change)
			stop()
			o := options(Options{})
			o.Log = slog.New(slog.NewTextHandler(&logged, nil))
			s = opened(t, dir, o)
			got, err := s.Delivery(t.Context(), bad.ID)
			if !errors.Is(err, hook.ErrDamaged) || got.Integrity != hook.IntegrityDamaged || got.ID != bad.ID {
				t.Errorf("%v, %q, %q", err, got.Integrity, got.ID)
			}
			var met []hook.Seq
			meet := func(r *hook.Record) error { met = append(met, r.Seq); return nil }
			page, _, err := s.After(t.Context(), 0, 10)
			if err == nil {
				err = s.EachRecord(t.Context(), page, meet)
			}
			if err == nil {
				err = s.EachRejected(t.Context(), "ep_a", meet)
			}
			if err != nil || fmt.Sprint(met) != fmt.Sprint([]hook.Seq{sound.Seq, sound.Seq}) {
				t.Errorf("met %v (%v): the damaged one is %d", met, err, bad.Seq)
			}
			if s.Damaged() != 1 || s.Usage().Damaged != 1 || strings.Count(logged.String(), "level=ERROR") != 1 {
				t.Errorf("%d damaged, logged:\n%s", s.Damaged(), logged.String())
			}
			if got, err := s.Delivery(t.Context(), sound.ID); err != nil || got.Integrity != hook.IntegrityOK {
				t.Errorf("the sound one: %q %v", got.Integrity, err)
			}
			if s.damaged.Load() != nil {
				t.Error("one damaged record counts as a damaged database")
			}
		})
	}
}

func TestADamagedDeliveryIsNoneOfTheNewestAndIsNotComparedAmongTries(t *testing.T) {
	s, stop := running(t, t.TempDir(), Options{})
	defer stop()
	first := appended(t, s, verified("evt_1"))
	second := appended(t, s, verified("evt_1"))
	other := appended(t, s, verified("evt_2"))
	spoil(t, s, second.Seq, "body = x'79'")
	spoil(t, s, other.Seq, "body = x'78'")
	tries, err := s.Redeliveries(t.Context(), first.Delivery)
	if err != nil || len(tries) != 2 || tries[0].Integrity != hook.IntegrityOK ||
		tries[1].Integrity != hook.IntegrityDamaged {
		t.Errorf("%+v %v", tries, err)
	}
	var met []hook.Seq
	err = s.EachRecent(t.Context(), "ep_a", 10, func(r *hook.Record) error { met = append(met, r.Seq); return nil })
	if err != nil || len(met) != 1 || met[0] != first.Seq {
		t.Errorf("%v %v", met, err)
	}
}

// opened opens a store whose writer does not run.
func opened(t *testing.T, dir string, o Options) *testStore {
	t.Helper()
	s, err := openStore(t.Context(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestADatabaseThatIsTooLargeToBeCheckedAtOnceIsCheckedWhileItServes(t *testing.T) {
	dir := t.TempDir()
	s, stop := running(t, dir, Options{})
	for i := range 200 {
		appended(t, s, record(strings.Repeat(fmt.Sprint(i), 500)))
	}
	stop()
	path := filepath.Join(dir, FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	middle := len(file) * 3 / 4 / pageSize * pageSize // within deliveries, which come after the empty tables
	for i := middle; i < middle+200; i++ {
		file[i] ^= 0xff
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ = running(t, dir, Options{CheckAtOnce: 1})
	appended(t, s, record("while it is not known"))
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("the check of a damaged database gave %v", err)
	}
	if err := s.Append(record("after")); !isUnavailable(err) {
		t.Errorf("after that, an append gave %v", err)
	}
	if err := s.Probe(t.Context()); !isUnavailable(err) || !strings.Contains(err.Error(), "database_damaged") {
		t.Errorf("and the probe %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Check(ended); err != nil {
		t.Errorf("a check that was stopped: %v", err)
	}
}
