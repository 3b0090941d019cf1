// Package web renders the HTML pages of the server, and serves the files that they load.
//
// There are two kinds of pages. Those for the operator are the login form, error pages and the shell, an almost empty
// page that loads the React dashboard; they are in English. The status page is for payers: one payment, in five
// languages, with the look that the shop chose.
//
// The package promises that all pages but the shell are complete without JavaScript, that texts from outside are
// escaped, and that a page needs nothing that its content security policy forbids. The policies themselves, and the
// nonce that they allow, come from package api. Colours and sizes are defined once, in tokens.css, also for the
// dashboard; only status.css, which each status page contains, has a copy of the colours that it needs.
//
// Start reading at Pages; what a payer is told is chosen in messageOf. Templates are the .templ files; the _templ.go
// files are generated from them.
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

// Options are what the pages need to know about the server.
type Options struct {
	Site    access.Site // the public URL
	Version string      // shown by the dashboard
	UI      fs.FS       // the built dashboard as Vite wrote it; nil or without a manifest if it was not built
}

// Pages renders all pages. The server has one, and package api calls it from its handlers; its methods may be called
// from several goroutines. They write a complete response, or a plain 500 if a template fails.
type Pages struct {
	site    access.Site
	version string
	files   *files
	entry   func() (entry, error) // reads the manifest once
}

// New returns the pages of a server.
func New(o Options) *Pages {
	return &Pages{site: o.Site, version: o.Version, files: newFiles(o.UI),
		entry: sync.OnceValues(func() (entry, error) { return readManifest(o.UI) })}
}

// frame is the data that all pages for the operator share. Each request makes one.
type frame struct {
	Site      access.Site
	Version   string
	Theme     string // "dark", "light", or "" for the system's choice
	Nonce     string // allowed by the content security policy of this response
	Style     string // URL of the pages' style sheet
	Icon      string // URL
	Dashboard entry  // only for the shell
}

// frame returns the frame of a response to r.
func (p *Pages) frame(r *http.Request, nonce string) frame {
	return frame{Site: p.site, Version: p.version, Theme: theme(r), Nonce: nonce,
		Style: p.site.Base() + p.files.stylePath, Icon: p.site.Base() + p.files.iconPath}
}

// theme returns the theme that the user chose in the dashboard, which stores it in a cookie. The server renders it into
// the page, so that the page does not flash in the wrong colours before the script runs. Other values are ignored.
func theme(r *http.Request) string {
	if cookie, err := r.Cookie("theme"); err == nil && (cookie.Value == "dark" || cookie.Value == "light") {
		return cookie.Value
	}
	return ""
}

// Shell responds with the page that loads the dashboard, for a user who is logged in. It is the same for all URLs of
// the dashboard, whose script reads the URL. Without JavaScript it says that the dashboard needs it. If the dashboard
// was not built into the binary, the page says how to build it.
func (p *Pages) Shell(w http.ResponseWriter, r *http.Request, nonce string) {
	f := p.frame(r, nonce)
	var err error
	if f.Dashboard, err = p.entry(); err != nil {
		render(w, r, http.StatusOK, notBuilt(f))
		return
	}
	render(w, r, http.StatusOK, shell(f))
}

// Login responds with the form for a one-time code. Anyone may see it. problem says why the last code was refused; nil:
// there was none. status is the HTTP status.
func (p *Pages) Login(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem) {
	render(w, r, status, login(p.frame(r, nonce), problem))
}

// Problem responds with a page that says what happened and what to do, instead of the JSON that programs get. status is
// the HTTP status.
func (p *Pages) Problem(w http.ResponseWriter, r *http.Request, nonce string, status int, problem *hook.Problem) {
	render(w, r, status, problemPage(p.frame(r, nonce), status, problem))
}

// ServeFile responds with a file that pages load: under web/ those of this package, under assets/ the dashboard's, and
// under embed/ the scripts for other sites. path is relative to the site's base. If there is no such file, ok is false
// and nothing was written. Names under web/ and assets/ contain a hash of the content, so browsers may cache these
// files for ever.
func (p *Pages) ServeFile(w http.ResponseWriter, r *http.Request, path string) (ok bool) {
	return p.files.serve(w, r, path)
}

// render writes a complete page, or a plain 500 if the template fails: it renders into memory first. The request's
// cancellation is ignored because rendering takes less than a millisecond.
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
		_, _ = w.Write(b.Bytes()) // an error means that the client has gone
	}
}
