package web

import "strings"

// Embedded returns a script with a stable name, which pages outside the dashboard load: hookbeam.js is the web
// component for the pages of shops, and page.js makes the status page live. They are built from ui/embed. stored is the
// script as the binary has it, which may be its gzip form: it tells one version from another, and ServeFile sends it.
// ok is false if there is no such script, or the dashboard was not built. Names with a slash are refused, so that other
// files of the build cannot be read.
func (p *Pages) Embedded(name string) (stored []byte, ok bool) {
	if !strings.HasSuffix(name, ".js") || strings.Contains(name, "/") {
		return nil, false
	}
	stored, _, ok = p.files.read("embed/" + name)
	return stored, ok
}
