package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// The files of this package's own pages: the tokens that the dashboard has as well, the style sheet that uses them, and
// the icon.
//
//go:embed tokens.css
var tokensCSS []byte

//go:embed pages.css
var pagesCSS []byte

//go:embed icon.svg
var iconSVG []byte

// files serves the files that pages load: under web/ this package's style sheet and icon, under assets/ and embed/ what
// Vite built. Everything else of the build, such as its manifest, is not served. Pages makes one. The build has its
// texts in gzip form (see tools/compress), as most browsers get them. Of other texts, a compressed copy is kept in
// memory after the first request.
type files struct {
	ui         fs.FS
	own        map[string][]byte // this package's files, by path
	stylePath  string
	iconPath   string
	compressed sync.Map // path → *compressedFile
}

// newFiles returns the files of a build. ui may be nil.
func newFiles(ui fs.FS) *files {
	f := &files{ui: ui, own: map[string][]byte{}}
	f.stylePath = f.add("pages", ".css", append(bytes.Clone(tokensCSS), pagesCSS...))
	f.iconPath = f.add("icon", ".svg", iconSVG)
	return f
}

// add adds one of this package's files and returns its path. The path contains a hash of the content, so browsers may
// cache the file for ever.
func (f *files) add(name, ext string, content []byte) string {
	sum := sha256.Sum256(content)
	at := "web/" + name + "." + hex.EncodeToString(sum[:6]) + ext
	f.own[at] = content
	return at
}

// read returns the content of a file that may be served, and whether that is its gzip form.
func (f *files) read(at string) (content []byte, packed, ok bool) {
	if content, ok := f.own[at]; ok {
		return content, false, true
	}
	if f.ui == nil || !strings.HasPrefix(at, "assets/") && !strings.HasPrefix(at, "embed/") || !fs.ValidPath(at) ||
		path.Ext(at) == ".gz" {
		return nil, false, false
	}
	if compressible(at) {
		if content, err := fs.ReadFile(f.ui, at+".gz"); err == nil {
			return content, true, true
		}
	}
	content, err := fs.ReadFile(f.ui, at)
	return content, false, err == nil
}

// serve responds with a file, compressed if the client accepts gzip. It returns false, and writes nothing, if there is
// no such file. The caller sets Cache-Control.
func (f *files) serve(w http.ResponseWriter, r *http.Request, at string) bool {
	content, packed, ok := f.read(at)
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", contentType(at))
	h.Set("Vary", "Accept-Encoding")
	switch accepted := acceptsGzip(r.Header.Values("Accept-Encoding")); {
	case accepted && packed:
		h.Set("Content-Encoding", "gzip")
	case accepted && compressible(at):
		h.Set("Content-Encoding", "gzip")
		content = f.compress(at, content)
	case packed:
		content = unpack(content)
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // an error means that the client has gone
	}
	return true
}

// acceptsGzip reports whether Accept-Encoding allows gzip (RFC 9110, section 12.5.3): by its name or by "*", and not
// with the weight 0.
func acceptsGzip(headers []string) bool {
	anything := false
	for coding := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		weight := strings.ToLower(strings.ReplaceAll(parameters, " ", ""))
		allowed := !strings.HasPrefix(weight, "q=0") || strings.Trim(weight[len("q=0"):], ".0") != ""
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip":
			return allowed
		case "*":
			anything = allowed
		}
	}
	return anything
}

// unpack returns the content of a gzip form. It is part of the binary, so it is neither damaged nor large.
func unpack(packed []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // the build is broken
	}
	content, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return content
}

// contentType returns the Content-Type of a file by its extension. Those that pages load are listed here, because
// package mime depends on the machine's configuration.
func contentType(at string) string {
	switch ext := path.Ext(at); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".svg":
		return "image/svg+xml"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// compressible reports whether gzip makes a file smaller. Fonts and pictures are compressed already.
func compressible(at string) bool {
	ext := path.Ext(at)
	return ext == ".js" || ext == ".mjs" || ext == ".css" || ext == ".svg" || ext == ".json" || ext == ".map"
}

// compressedFile is the gzip form of one file that is not stored in it. It is made by the first request for it;
// requests that arrive meanwhile wait. There is at most one for each file.
type compressedFile struct {
	once    sync.Once
	content []byte
}

// compress returns the gzip form of a file.
func (f *files) compress(at string, content []byte) []byte {
	kept, _ := f.compressed.LoadOrStore(at, &compressedFile{})
	s := kept.(*compressedFile)
	s.once.Do(func() {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails only for an unknown level
		_, _ = z.Write(content)                               // a buffer never fails
		_ = z.Close()
		s.content = b.Bytes()
	})
	return s.content
}

// entry is what the shell loads. Paths are relative to the site's base.
type entry struct {
	Script  string
	Styles  []string
	Preload []string // modules that the script imports statically
	Fonts   []string // the fonts of the first paint
}

// errNotBuilt says that there is no usable build of the dashboard.
var errNotBuilt = errors.New("the dashboard was not built")

// readManifest reads from Vite's manifest what the shell loads (https://vite.dev/guide/backend-integration). Every
// error wraps errNotBuilt.
func readManifest(ui fs.FS) (entry, error) {
	if ui == nil {
		return entry{}, errNotBuilt
	}
	raw, err := fs.ReadFile(ui, ".vite/manifest.json")
	if err != nil {
		return entry{}, fmt.Errorf("%w: %w", errNotBuilt, err)
	}
	var chunks map[string]chunk
	if err := json.Unmarshal(raw, &chunks); err != nil {
		return entry{}, fmt.Errorf("%w: read its manifest: %w", errNotBuilt, err)
	}
	main, ok := chunks["src/main.tsx"]
	if !ok {
		return entry{}, fmt.Errorf("%w: its manifest has no src/main.tsx", errNotBuilt)
	}
	e := entry{Script: main.File}
	for _, asset := range main.Assets {
		if path.Ext(asset) == ".woff2" {
			e.Fonts = append(e.Fonts, asset)
		}
	}
	e.add(chunks, main, map[string]bool{})
	return e, nil
}

// chunk is an entry of Vite's manifest, as far as it is used.
type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"` // keys of the manifest
	Assets  []string `json:"assets"`
}

// add adds the style sheets and modules of c and of its static imports, each of them once. seen has the imports that
// were added; modules can import each other.
func (e *entry) add(chunks map[string]chunk, c chunk, seen map[string]bool) {
	e.Styles = append(e.Styles, c.CSS...)
	for _, name := range c.Imports {
		if seen[name] {
			continue
		}
		seen[name] = true
		e.Preload = append(e.Preload, chunks[name].File)
		e.add(chunks, chunks[name], seen)
	}
}
