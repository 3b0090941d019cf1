package web

import (
	"net/http"

	"hookbeam/server/hook"
)

// Status answers with the page that one payer watches.
func (p *Pages) Status(w http.ResponseWriter, r *http.Request, v hook.StatusPage) {
	render(w, r, http.StatusOK, statusPage(p.frame(r, v.Nonce), v))
}

// StatusGone answers for every link that is no good, with one page that does not say why.
func (p *Pages) StatusGone(w http.ResponseWriter, r *http.Request, nonce string) {
	render(w, r, http.StatusNotFound, statusGone(p.frame(r, nonce)))
}
