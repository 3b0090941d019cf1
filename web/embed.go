package web

import (
	"io/fs"
	"strings"
)

// Embedded returns a script that other pages load by a name that stays: hookbeam.js in shops' own pages,
// page.js in the status page. ok is false where there is none, or the dashboard was not built.
func (p *Pages) Embedded(name string) (script []byte, ok bool) {
	if p.ui == nil || !strings.HasSuffix(name, ".js") || strings.Contains(name, "/") {
		return nil, false
	}
	script, err := fs.ReadFile(p.ui, "embed/"+name)
	return script, err == nil
}
