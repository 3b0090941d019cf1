package https

import (
	"crypto/x509"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"hookbeam/server/https/httpstest"
)

// writePair writes a certificate for host with a serial number, that ends after life.
func writePair(t *testing.T, dir, host string, serial int64, life time.Duration) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	httpstest.WritePair(
		t,
		&x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"*.example.com", host},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(life)},
		certFile,
		keyFile,
	)
	return certFile, keyFile
}

func serial(t *testing.T, p *Pair) int64 {
	t.Helper()
	c, err := p.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf.SerialNumber.Int64()
}

// TestAPairIsReloadedWhenItChanges replaces the files by usable ones and by others.
func TestAPairIsReloadedWhenItChanges(t *testing.T) {
	var log strings.Builder
	dir, now := t.TempDir(), time.Now()
	certFile, keyFile := writePair(t, dir, "hooks.example.com", 1, 90*24*time.Hour)
	p, err := OpenPair(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	if log.Len() > 0 || p.Covers("a.example.com") != nil || p.Covers("a.example.org") == nil || len(p.Names()) != 2 {
		t.Errorf("opened: %q, %q", p.Names(), log.String())
	}
	failures := func() int { return strings.Count(log.String(), "cannot be used; the old certificate stays in use") }

	// A new certificate beside the old key is refused, and logged once.
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	writePair(t, dir, "hooks.example.com", 2, 90*24*time.Hour)
	newKey, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	write(t, keyFile, key)
	p.reload()
	p.reload()
	if serial(t, p) != 1 || failures() != 1 || p.List()[0].Failure == "" {
		t.Errorf("a mismatched pair: serial %d, %d failures, %+v", serial(t, p), failures(), p.List())
	}
	// The key follows.
	write(t, keyFile, newKey)
	p.reload()
	if serial(t, p) != 2 || p.List()[0].Failure != "" || strings.Count(log.String(), "certificate reloaded") != 1 {
		t.Errorf("the matching pair: serial %d, %s", serial(t, p), log.String())
	}
	p.reload()
	// A file that is gone, and is back as it was.
	if err := os.Remove(certFile); err != nil {
		t.Fatal(err)
	}
	p.reload()
	p.reload()
	if serial(t, p) != 2 || failures() != 2 || p.List()[0].Failure == "" {
		t.Errorf("without a file: serial %d, %d failures, %+v", serial(t, p), failures(), p.List())
	}
	writePair(t, dir, "hooks.example.com", 3, 90*24*time.Hour)
	p.reload()
	if serial(t, p) != 3 || p.List()[0].Failure != "" || failures() != 2 {
		t.Errorf("the file is back: serial %d, %+v", serial(t, p), p.List())
	}
}

// TestTheEndOfACertificateIsWarnedOf lets days pass.
func TestTheEndOfACertificateIsWarnedOf(t *testing.T) {
	var log strings.Builder
	now := time.Now()
	certFile, keyFile := writePair(t, t.TempDir(), "hooks.example.com", 1, 15*24*time.Hour)
	p, err := OpenPair(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range []int{0, 1, 1, 2} {
		if p.warnEnd(); strings.Count(log.String(), "ends soon") != want {
			t.Errorf("step %d: %s", day, log.String())
		}
		now = now.Add([]time.Duration{24*time.Hour + time.Hour, time.Hour, 24 * time.Hour, 0}[day])
	}
	now = now.Add(30 * 24 * time.Hour)
	if p.warnEnd(); !strings.Contains(log.String(), "has ended") || p.List()[0].Left(now) >= 0 {
		t.Errorf("after its end: %s", log.String())
	}
}

// TestAPairThatCannotBeUsedIsRefusedAtStart also looks at the warning of a key that others can read.
func TestAPairThatCannotBeUsedIsRefusedAtStart(t *testing.T) {
	dir, now := t.TempDir(), time.Now
	certFile, keyFile := writePair(t, dir, "hooks.example.com", 1, time.Hour)
	quiet := slog.New(slog.DiscardHandler)
	write(t, filepath.Join(dir, "empty"), nil)
	write(t, filepath.Join(dir, "large"), make([]byte, maxPairFile+1))
	for _, c := range [][2]string{
		{filepath.Join(dir, "none"), keyFile}, {certFile, filepath.Join(dir, "none")}, {keyFile, certFile},
		{certFile, certFile}, {filepath.Join(dir, "empty"), keyFile}, {dir, keyFile},
		{filepath.Join(dir, "large"), keyFile},
	} {
		if _, err := OpenPair(c[0], c[1], quiet, now); err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v", c, err)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for mode, open := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o400: false, 0o644: true, 0o660: true} {
		var log strings.Builder
		if err := os.Chmod(keyFile, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenPair(certFile, keyFile, slog.New(slog.NewTextHandler(&log, nil)), now); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(log.String(), "chmod 600") != open {
			t.Errorf("mode %04o: %s", mode, log.String())
		}
	}
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
