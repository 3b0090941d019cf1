package api

import (
	"net/http"
	"slices"

	"hookbeam/server/hook"
)

// sameOrigin refuses requests with an unsafe method that a page of another site made a browser send (CSRF),
// with the error "forbidden_origin". http.CrossOriginProtection uses the header Sec-Fetch-Site of current
// browsers, but for older browsers it compares only hosts. So sameOrigin first refuses every Origin that is not
// exactly the server's own. Requests without these headers come from programs and pass; they need a token.
func (a *API) sameOrigin(next http.Handler) http.Handler {
	deny := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrForbidden, Code: "forbidden_origin",
			Detail: "This request came from a page of another site, which is not allowed. Open the dashboard at " +
				a.Site.URL("") + ", or call the API from a program with a token."})
	})
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(a.Site.Origin()); err != nil {
		panic("api: " + err.Error()) // impossible: every access.Site has a valid origin
	}
	protection.SetDenyHandler(deny)
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isUnsafeMethod(r) && len(r.Header["Origin"]) > 0 && !a.Site.OwnOrigin(r) && !isOurForm(r) {
			deny.ServeHTTP(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	})
}

// isUnsafeMethod reports whether the method may change something (RFC 9110 §9.2.1).
func isUnsafeMethod(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
}

// isOurForm reports whether a request comes from the form of our login page. Our pages send no referrer, so a
// browser sends their form with Origin: null (Fetch standard, "append a request Origin header"). It also sends
// Sec-Fetch-Site: same-origin, which no script can set.
func isOurForm(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Path == "/login" &&
		slices.Equal(r.Header["Origin"], []string{"null"}) &&
		slices.Equal(r.Header["Sec-Fetch-Site"], []string{"same-origin"})
}
