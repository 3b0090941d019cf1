package sqlite

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"testing"

	"hookbeam/server/hook"
)

func aliasHash(n int) hook.AliasHash {
	return hook.HashAlias("ep_1", hook.EnvironmentLive, fmt.Sprint("payment/pi_", n))
}

func openStatuses(t *testing.T, dir string) *Statuses {
	t.Helper()
	s, err := NewStatusDatabases(t.Context(), dir, slog.New(slog.DiscardHandler), Checked{}, false).
		Open(t.Context(), hook.ProjectionOrigin{Epoch: "one", Head: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// put stores the aliases in [from, to), each of a subject of its own number.
func (s *Statuses) put(t *testing.T, from, to int) {
	t.Helper()
	d := hook.SubjectChanges{Aliases: map[hook.AliasHash]int64{}}
	for n := from; n < to; n++ {
		d.Aliases[aliasHash(n)] = int64(n)
	}
	if err := s.Store(d); err != nil {
		t.Fatal(err)
	}
}

// wants looks aliases up, all together and some alone.
func (s *Statuses) wants(t *testing.T, from, to int) {
	t.Helper()
	keys, aliases := map[hook.AliasHash]int64{}, []hook.AliasHash{}
	for n := from; n < to; n++ {
		aliases = append(aliases, aliasHash(n))
		if n%50 > 1 {
			continue
		}
		if key, err := s.KeyOfAlias(t.Context(), aliasHash(n)); err != nil || key != int64(n) {
			t.Fatalf("alias %d is of %d, %v", n, key, err)
		}
	}
	if err := s.Keys(aliases, keys); err != nil || len(keys) != len(aliases) {
		t.Fatalf("%d of %d, %v", len(keys), len(aliases), err)
	}
}

func TestEveryNameThatIsThereIsFound(t *testing.T) {
	dir := t.TempDir()
	s := openStatuses(t, dir)
	<-s.loaded
	s.put(t, 1, 25_000) // more than are read at once
	s.wants(t, 1, 25_000)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStatuses(t, dir)
	s.put(t, 25_000, 26_000) // while those of before are read
	s.wants(t, 1, 26_000)
	<-s.loaded
	s.wants(t, 1, 26_000)
	if key, err := s.KeyOfAlias(t.Context(), aliasHash(0)); key != 0 || err != nil {
		t.Errorf("%d, %v", key, err)
	}
}

func TestWhoDoesNotKnowAllNamesDeniesNone(t *testing.T) {
	dir := t.TempDir()
	s := openStatuses(t, dir)
	s.put(t, 1, 100)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStatuses(t, dir)
	<-s.loaded
	s.aliasFilter = newBloom() // as where they could not be read
	s.wants(t, 1, 100)
}

func TestFewNamesAreTakenForOthers(t *testing.T) {
	b := newBloom()
	b.complete.Store(true)
	const aliases = 500_000
	for n := range uint64(aliases) { // any bits that are spread evenly will do
		b.put(spread(n))
	}
	taken := 0
	for n := range uint64(100_000) {
		if !b.definitelyAbsent(spread(aliases + n)) {
			taken++
		}
	}
	if taken == 0 || taken > 40 {
		t.Errorf("%d of 100,000 aliases are taken for one of half a million", taken)
	}
}

// spread makes 16 bytes of a number, as SplitMix64 does: https://prng.di.unimi.it/splitmix64.c
func spread(n uint64) (alias hook.AliasHash) {
	for i := range 2 {
		z := (2*n + uint64(i) + 1) * 0x9e3779b97f4a7c15
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		binary.LittleEndian.PutUint64(alias[8*i:], z^z>>31)
	}
	return alias
}
