// Package web renders the pages that the server makes itself: the shell that carries the dashboard, login, problems.
// Every page is complete without JavaScript, names tokens only, and keeps to the policy that its nonce belongs to.
package web

import (
	"bytes"
	"context"
	"io/fs"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"hookbeam/server/access"
	"hookbeam/server/hook"
)

// Options say what the pages are about. UI is the built dashboard, as Vite wrote it; it may be empty.
type Options struct {
	Site    access.Site
	Version string
	UI      fs.FS
}

// Pages renders every page. Its methods may be used from many goroutines at once.
type Pages struct {
	site    access.Site
	version string
	files   *files
	ui      fs.FS
	entry   func() (entry, error) // what the shell loads, read once
}

// New returns the pages.
func New(o Options) *Pages {
	return &Pages{site: o.Site, version: o.Version, files: newFiles(o.UI), ui: o.UI,
		entry: sync.OnceValues(func() (entry, error) { return readManifest(o.UI) })}
}

// frame is what every page has.
type frame struct {
	Site      access.Site
	Version   string
	Theme     string // "dark", "light", or "" for the system's choice
	Nonce     string
	Style     string // address of the pages' style sheet
	Icon      string
	Dashboard entry
}

func (p *Pages) frame(r *http.Request, nonce string) frame {
	return frame{Site: p.site, Version: p.version, Theme: theme(r), Nonce: nonce,
		Style: p.site.Base() + p.files.stylePath, Icon: p.site.Base() + p.files.iconPath}
}

// theme is the choice that the dashboard keeps in a cookie.
func theme(r *http.Request) string {
	if cookie, err := r.Cookie("theme"); err == nil && (cookie.Value == "dark" || cookie.Value == "light") {
		return cookie.Value
	}
	return ""
}

// Shell answers with the page that carries the dashboard, or, where it was not built, with how to build it.
func (p *Pages) Shell(w http.ResponseWriter, r *http.Request, nonce string) {
	f := p.frame(r, nonce)
	var err error
	if f.Dashboard, err = p.entry(); err != nil {
		render(w, r, http.StatusOK, notBuilt(f))
		return
	}
	render(w, r, http.StatusOK, shell(f))
}

// Login answers with the form for a one-time code. problem, where not nil, says why the last one did not do.
func (p *Pages) Login(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem) {
	render(w, r, status, login(p.frame(r, nonce), problem))
}

// Problem answers with a page that says what happened and what to do.
func (p *Pages) Problem(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem) {
	render(w, r, status, problemPage(p.frame(r, nonce), status, problem))
}

// ServeFile answers with a file under assets/ or web/. path is relative to the base; ok is false where there is none,
// and then nothing is answered. All of them are named by their content and may be kept for ever.
func (p *Pages) ServeFile(w http.ResponseWriter, r *http.Request, path string) (ok bool) {
	return p.files.serve(w, r, path)
}

// render writes the whole page or a plain 500: never half of one.
func render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	var b bytes.Buffer
	if err := page.Render(context.WithoutCancel(r.Context()), &b); err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader left: nobody to tell
	}
}
