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
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed tokens.css
var tokensCSS []byte

//go:embed pages.css
var pagesCSS []byte

//go:embed icon.svg
var iconSVG []byte

// files are what pages load: the pages' own style sheet and icon under web/, the dashboard's under assets/.
type files struct {
	ui        fs.FS
	own       map[string][]byte // by path
	stylePath string
	iconPath  string
	small     sync.Map // path → *squeezed
}

func newFiles(ui fs.FS) *files {
	f := &files{ui: ui, own: map[string][]byte{}}
	f.stylePath = f.add("pages", ".css", append(bytes.Clone(tokensCSS), pagesCSS...))
	f.iconPath = f.add("icon", ".svg", iconSVG)
	return f
}

// add names content by its hash, so that it may be kept for ever.
func (f *files) add(name, ext string, content []byte) string {
	sum := sha256.Sum256(content)
	at := "web/" + name + "." + hex.EncodeToString(sum[:6]) + ext
	f.own[at] = content
	return at
}

func (f *files) read(at string) ([]byte, bool) {
	if content, ok := f.own[at]; ok {
		return content, true
	}
	if f.ui == nil || !strings.HasPrefix(at, "assets/") && !strings.HasPrefix(at, "embed/") || !fs.ValidPath(at) {
		return nil, false
	}
	content, err := fs.ReadFile(f.ui, at)
	return content, err == nil
}

func (f *files) serve(w http.ResponseWriter, r *http.Request, at string) bool {
	content, ok := f.read(at)
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", contentType(at))
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && squeezable(at) {
		h.Set("Content-Encoding", "gzip")
		content = f.squeeze(at, content)
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(content) // the reader left: nobody to tell
	}
	return true
}

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

func squeezable(at string) bool {
	ext := path.Ext(at)
	return ext == ".js" || ext == ".mjs" || ext == ".css" || ext == ".svg" || ext == ".json" || ext == ".map"
}

// squeezed is one file by gzip, made once when it is first asked for. There are as many as there are files.
type squeezed struct {
	once    sync.Once
	content []byte
}

func (f *files) squeeze(at string, content []byte) []byte {
	kept, _ := f.small.LoadOrStore(at, &squeezed{})
	s := kept.(*squeezed)
	s.once.Do(func() {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails for an unknown level only
		_, _ = z.Write(content)                               // a buffer takes everything
		_ = z.Close()
		s.content = b.Bytes()
	})
	return s.content
}

// entry is what the shell loads: paths relative to the base.
type entry struct {
	Script  string
	Styles  []string
	Preload []string // modules that the script imports at once
	Fonts   []string // what the first paint is set in
}

var errNotBuilt = errors.New("the dashboard was not built")

// readManifest reads Vite's manifest (https://vite.dev/guide/backend-integration).
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

type chunk struct {
	File    string   `json:"file"`
	CSS     []string `json:"css"`
	Imports []string `json:"imports"`
	Assets  []string `json:"assets"`
}

// add gathers the style sheets and modules of c and of what it imports at once, each of them one time.
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
