package trust_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestADamagedDatabaseIsNoticedNotServed checks R9: copies of a database of more than 1 MiB are damaged in four ways,
// and a server is started on each. It must exit with code 1, and its message must name the file and mention a backup.
func TestADamagedDatabaseIsNoticedNotServed(t *testing.T) {
	t.Parallel()
	sound := serve(t)
	address, client := sound.first().in(sound), newClient(t, 1)
	for i := range 300 {
		if _, err := deliver(t.Context(), client, address, fmt.Sprint(i)+strings.Repeat("x", 4000)); err != nil {
			t.Fatal(err)
		}
	}
	sound.stop()
	kept, err := os.ReadFile(filepath.Join(sound.data, "hookbeam.db"))
	if err != nil {
		t.Fatal(err)
	}
	// The database must be complete in its main file, not in the WAL, for the damage to hit it.
	if len(kept) < 1<<20 {
		t.Fatalf("after a polite stop the database has %d bytes: it was not all written to its file", len(kept))
	}

	for name, damage := range map[string]func([]byte) []byte{
		// The damage is in the header, in a fifth of the pages, in one page, or a truncated file.
		"its first page":       func(b []byte) []byte { flip(b[:100]); return b },
		"some pages in it":     func(b []byte) []byte { flipPages(b, 5); return b },
		"one page in it":       func(b []byte) []byte { flip(b[len(b)/2&^0x3fff:][:64]); return b },
		"its second half gone": func(b []byte) []byte { return b[:len(b)/2&^0x3fff] },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.env = []string{"HOOKBEAM_SEAL_KEY_FILE=" + filepath.Join(sound.data, "seal.key")}
			if err := os.WriteFile(filepath.Join(s.data, "hookbeam.db"), damage(append([]byte{}, kept...)),
				0o600); err != nil {
				t.Fatal(err)
			}
			// launch, because the start must fail.
			s.launch()
			if code := s.awaitExit(); code != 1 {
				t.Errorf("exit code %d, not 1", code)
			}
			said := s.log.String()
			for _, want := range []string{"damaged", "hookbeam.db", "backup"} {
				if !strings.Contains(strings.ToLower(said), want) {
					t.Errorf("the message has no %q:\n%s", want, said)
				}
			}
		})
	}
}

// flip inverts all bits of b.
func flip(b []byte) {
	for i := range b {
		b[i] ^= 0xff
	}
}

// flipPages damages the beginning of every n-th page of 16 KiB, except the first page.
func flipPages(b []byte, n int) {
	for at := n << 14; at+64 < len(b); at += n << 14 {
		flip(b[at:][:64])
	}
}
