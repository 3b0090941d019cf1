package web

import (
	"io/fs"
	"strings"
)

// Embedded returns a script with a stable name, which pages outside the dashboard load: hookbeam.js is the web
// component for the pages of shops, and page.js makes the status page live. They are built from ui/embed. ok is false
// if there is no such script, or the dashboard was not built. Names with a slash are refused, so that other files of
// the build cannot be read.
func (p *Pages) Embedded(name string) (script []byte, ok bool) {
	if p.ui == nil || !strings.HasSuffix(name, ".js") || strings.Contains(name, "/") {
		return nil, false
	}
	script, err := fs.ReadFile(p.ui, "embed/"+name)
	return script, err == nil
}
