package main

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestAnImageDependsOnItsSourcesOnly makes the same image often, because what is random may be the same twice.
func TestAnImageDependsOnItsSourcesOnly(t *testing.T) {
	dir := t.TempDir()
	var zones bytes.Buffer
	archive := zip.NewWriter(&zones)
	if w, err := archive.Create("Europe/Berlin"); err != nil {
		t.Fatal(err)
	} else if _, err := w.Write([]byte("TZif")); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"zones.zip": zones.Bytes(), "program": []byte("ELF"), "LICENSE": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "program")
	first := map[string][]byte{}
	for range 8 {
		out := t.TempDir()
		err := run([]string{"-version", "v1", "-time", "1700000000", "-zones", filepath.Join(dir, "zones.zip"),
			"-out", out, "amd64=" + program, "arm64=" + program, filepath.Join(dir, "LICENSE")})
		if err != nil {
			t.Fatal(err)
		}
		made, err := readFolder(out)
		if err != nil || len(made) < 5 {
			t.Fatal(len(made), err)
		}
		for _, f := range made {
			if before, ok := first[f.name]; ok && !bytes.Equal(before, f.content) {
				t.Fatalf("%s differs when it is made again", f.name)
			}
			first[f.name] = f.content
		}
	}
}

func TestMistakesAreReported(t *testing.T) {
	for _, args := range [][]string{
		nil, {"-version", "v1"}, {"-quick"},
		{"-version", "v1", "-zones", "missing", "-out", t.TempDir(), "amd64=missing"},
		{"-version", "v1", "-zones", "image_test.go", "-out", t.TempDir(), "amd64=missing"},
	} {
		if err := run(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
