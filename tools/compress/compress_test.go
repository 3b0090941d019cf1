package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestTextsAreReplacedOnce compresses a folder twice: what is compressed has the same content, everything else stays.
func TestTextsAreReplacedOnce(t *testing.T) {
	script := bytes.Repeat([]byte("export const a = 1;\n"), 200)
	dir := t.TempDir()
	for name, content := range map[string][]byte{"assets/a.js": script, "assets/a.woff2": {1, 2}, ".keep": {},
		".vite/manifest.json": []byte("{}"), "embed/b.css": []byte("b{}")} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var before []byte
	for range 2 {
		if err := compressAll(dir); err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(os.DirFS(dir), "*/*")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{".vite/manifest.json", "assets/a.js.gz", "assets/a.woff2", "embed/b.css.gz"}
		if !slices.Equal(names, want) {
			t.Errorf("%q, want %q", names, want)
		}
		small, err := os.ReadFile(filepath.Join(dir, "assets/a.js.gz"))
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !bytes.Equal(small, before) {
			t.Error("the second run changed a file")
		}
		before = small
	}
	z, err := gzip.NewReader(bytes.NewReader(before))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil || !bytes.Equal(plain, script) || len(before) > len(script)/10 {
		t.Errorf("%d bytes of %d: %v", len(before), len(script), err)
	}
}
