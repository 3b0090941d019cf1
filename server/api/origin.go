package api

import (
	"net/http"
	"slices"

	"hookbeam/server/hook"
)

// sameOrigin refuses what another site's page makes a browser send. CrossOriginProtection goes by what newer browsers
// say
// of where a request comes from; for older ones it compares hosts alone. So an Origin that is not ours, to the
// letter, is
// refused before.
func (a *API) sameOrigin(next http.Handler) http.Handler {
	deny := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrForbidden, Code: "forbidden_origin",
			Detail: "This request came from a page of another site, which is not allowed. Open the dashboard at " + a.Site.URL(
				"",
			) +
				", or call the API from a program with a token."})
	})
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(a.Site.Origin()); err != nil {
		panic("api: " + err.Error()) // an access.Site has an origin
	}
	protection.SetDenyHandler(deny)
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if changes(r) && len(r.Header["Origin"]) > 0 && !a.Site.OwnOrigin(r) && !isOurForm(r) {
			deny.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// changes reports whether a request may change something.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// isOurForm reports whether a request is the login's form. Our pages send no referrer, and a form of such a page says
// Origin: null (Fetch standard, "append a request Origin header"); but the browser itself says that it is ours, in a
// header that no page can set.
func isOurForm(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/login" &&
		slices.Equal(r.Header["Origin"], []string{"null"}) && slices.Equal(r.Header["Sec-Fetch-Site"],
		[]string{"same-origin"})
}
