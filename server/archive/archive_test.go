package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/archive"
)

// contents are the files of the backup that the tests write.
var contents = map[string]string{
	"statuses.db":            strings.Repeat("statuses", 1000),
	"hookbeam.db":            strings.Repeat("log\x00", 5000),
	"certificates/a/key.pem": "",
}

func manifest(t testing.TB) archive.Manifest {
	t.Helper()
	m := archive.Manifest{Release: "v1", Created: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), Epoch: "abc", Head: 7,
		Schema: map[string]int64{"hookbeam.db": 9}, KeyID: "0123"}
	for _, name := range []string{"statuses.db", "hookbeam.db", "certificates/a/key.pem"} {
		f, err := archive.Digest(name, strings.NewReader(contents[name]))
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, f)
	}
	return m
}

func write(t testing.TB, m archive.Manifest) []byte {
	t.Helper()
	var b bytes.Buffer
	err := archive.Write(&b, m, func(f archive.File) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(contents[f.Name])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestABackupIsReadAsItWasWritten(t *testing.T) {
	want := manifest(t)
	got := map[string]string{}
	m, err := archive.Read(iotest.OneByteReader(bytes.NewReader(write(t, want))), archive.Visitor{
		Manifest: func(m archive.Manifest) error {
			if len(got) > 0 || m.Head != 7 {
				t.Errorf("%+v after %d files", m, len(got))
			}
			return nil
		},
		File: func(f archive.File, content io.Reader) error {
			text, err := io.ReadAll(content)
			got[f.Name] = string(text)
			return err
		},
	})
	want.Format = archive.Format
	if diff := cmp.Diff(want, m); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if diff := cmp.Diff(contents, got); diff != "" {
		t.Error(diff)
	}
	if _, err := archive.Read(bytes.NewReader(write(t, manifest(t))), archive.Visitor{}); err != nil {
		t.Errorf("without a visitor: %v", err)
	}
}

// TestABackupThatIsCutOrChangedIsRefused cuts one at every length and changes every byte. What changes nothing, such as
// a byte of gzip's header that says which system wrote it, may pass if every file is whole.
func TestABackupThatIsCutOrChangedIsRefused(t *testing.T) {
	whole := write(t, manifest(t))
	for n := range whole {
		if _, err := archive.Read(bytes.NewReader(whole[:n]), archive.Visitor{}); !errors.Is(err, archive.ErrCut) &&
			!errors.Is(err, archive.ErrForeign) {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x40
		got := map[string]string{}
		_, err := archive.Read(bytes.NewReader(changed), archive.Visitor{
			File: func(f archive.File, content io.Reader) error {
				text, err := io.ReadAll(content)
				got[f.Name] = string(text)
				return err
			}})
		if err == nil && cmp.Diff(contents, got) != "" {
			t.Fatalf("byte %d was changed, and it is read as %q", i, got)
		}
		if err != nil && !errors.Is(err, archive.ErrDamaged) && !errors.Is(err, archive.ErrForeign) &&
			!errors.Is(err, archive.ErrCut) && !errors.Is(err, archive.ErrNewer) && i > 40 {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

// TestNothingMayFollowTheEndOfABackup appends to the file, and to what it is compressed from: zeros that compress to
// almost nothing would take time without end.
func TestNothingMayFollowTheEndOfABackup(t *testing.T) {
	whole := write(t, manifest(t))
	zipped, err := gzip.NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	inside, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	compressed := func(content []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(content); err != nil || w.Close() != nil {
			t.Fatal("compress")
		}
		return b.Bytes()
	}
	if _, err := archive.Read(bytes.NewReader(compressed(inside)), archive.Visitor{}); err != nil {
		t.Fatalf("compressed again: %v", err)
	}
	for name, b := range map[string][]byte{
		"a byte":               append(bytes.Clone(whole), 0),
		"another gzip stream":  append(bytes.Clone(whole), compressed([]byte("more"))...),
		"an empty gzip stream": append(bytes.Clone(whole), compressed(nil)...),
		"zeros inside":         compressed(append(inside, make([]byte, 1024)...)),
		"text inside":          compressed(append(bytes.Clone(inside), "more"...)),
	} {
		if _, err := archive.Read(bytes.NewReader(b), archive.Visitor{}); !errors.Is(err, archive.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// packed is an archive with these entries.
func packed(t *testing.T, entries ...string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	out := tar.NewWriter(zipped)
	for i := 0; i < len(entries); i += 2 {
		err := out.WriteHeader(&tar.Header{Name: entries[i], Size: int64(len(entries[i+1])), Typeflag: tar.TypeReg})
		if err == nil {
			_, err = io.WriteString(out, entries[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestWhatIsNoBackupOfThisReleaseIsRefused(t *testing.T) {
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	listing := func(names ...string) string {
		var files []string
		for _, name := range names {
			files = append(files, fmt.Sprintf(`{"name":%q,"size":0,"sha256":%q}`, name, empty))
		}
		return `{"format":1,"files":[` + strings.Join(files, ",") + `]}`
	}
	larger := strings.Replace(listing("a"), `"size":0`, `"size":1`, 1) // with the digest of nothing
	for name, c := range map[string]struct {
		from io.Reader
		want error
	}{
		"empty":              {strings.NewReader(""), archive.ErrForeign},
		"text":               {strings.NewReader("a text that is long enough to be a header"), archive.ErrForeign},
		"another archive":    {packed(t, "photo.jpg", "x"), archive.ErrForeign},
		"no JSON":            {packed(t, "manifest.json", "{"), archive.ErrDamaged},
		"a newer format":     {packed(t, "manifest.json", `{"format":2,"release":"v9"}`), archive.ErrNewer},
		"no files":           {packed(t, "manifest.json", `{"format":1}`), archive.ErrForeign},
		"a file is missing":  {packed(t, "manifest.json", listing("a", "b"), "a", ""), archive.ErrDamaged},
		"one too many":       {packed(t, "manifest.json", listing("a"), "a", "", "b", ""), archive.ErrDamaged},
		"in another order":   {packed(t, "manifest.json", listing("a", "b"), "b", "", "a", ""), archive.ErrDamaged},
		"twice":              {packed(t, "manifest.json", listing("a", "a"), "a", "", "a", ""), archive.ErrDamaged},
		"outside":            {packed(t, "manifest.json", listing("../a"), "../a", ""), archive.ErrDamaged},
		"outside, later":     {packed(t, "manifest.json", listing("a/../../b"), "a/../../b", ""), archive.ErrDamaged},
		"absolute":           {packed(t, "manifest.json", listing("/etc/a"), "/etc/a", ""), archive.ErrDamaged},
		"of another system":  {packed(t, "manifest.json", listing(`c:\a`), `c:\a`, ""), archive.ErrDamaged},
		"another content":    {packed(t, "manifest.json", larger, "a", "x"), archive.ErrDamaged},
		"another size":       {packed(t, "manifest.json", listing("a"), "a", "x"), archive.ErrDamaged},
		"the manifest again": {packed(t, "manifest.json", listing("manifest.json")), archive.ErrDamaged},
		"whole":              {packed(t, "manifest.json", listing("a"), "a", ""), nil},
	} {
		if _, err := archive.Read(c.from, archive.Visitor{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestErrorsOfOthersAreTheirOwn: a disk that is full is no damage of the backup.
func TestErrorsOfOthersAreTheirOwn(t *testing.T) {
	full := errors.New("disk full")
	visitors := []archive.Visitor{
		{Manifest: func(archive.Manifest) error { return full }},
		{File: func(archive.File, io.Reader) error { return full }},
	}
	for _, v := range visitors {
		if _, err := archive.Read(bytes.NewReader(write(t, manifest(t))), v); !errors.Is(err, full) {
			t.Errorf("%v", err)
		}
	}
	whole := write(t, manifest(t))
	cut := io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), iotest.ErrReader(full))
	if _, err := archive.Read(cut, archive.Visitor{}); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
}

// FuzzRead: no file crashes it.
func FuzzRead(f *testing.F) {
	f.Add(write(f, manifest(f)))
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = archive.Read(io.LimitReader(bytes.NewReader(b), 1<<20), archive.Visitor{})
	})
}
