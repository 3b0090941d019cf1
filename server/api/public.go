package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// The rate of invalid tokens that an address may send: thirty at once, then one a second.
const (
	badTokensPerSecond = 1
	badTokensBurst     = 30
)

// invalidLink is the error for every invalid link, whether it is malformed, forged, expired or revoked, or its
// endpoint was deleted. A caller must not learn which.
var invalidLink = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "This link is invalid or has expired. Ask the person who sent it for a new one."}

// mountPublic mounts the public routes: the status page, the status as JSON, once or over a WebSocket, and the
// scripts that show a status in pages of other sites. Nobody needs to log in; the token in the path decides
// what may be seen.
func (a *API) mountPublic() {
	a.badTokens = access.NewLimiter(badTokensPerSecond, badTokensBurst, addressesKept)
	a.routes.HandleFunc("GET /status/{token}", a.statusPage)
	a.routes.HandleFunc("GET "+prefix+"/status/{token}", a.publicStatus)
	a.routes.HandleFunc("OPTIONS "+prefix+"/status/{token}", a.publicPreflight)
	a.routes.HandleFunc("GET "+prefix+"/status/{token}/live", a.publicLive)
	a.routes.HandleFunc("GET /embed/{file}", a.serveEmbed)
}

// readLink returns what a token gives access to now. The only error is invalidLink.
func (a *API) readLink(token string) (access.Link, error) {
	l, err := access.ReadLink(token, a.Now(), func(id hook.EndpointID) []hook.LinkKey {
		e, err := a.Endpoints.Get(id)
		if err != nil {
			return nil
		}
		return e.Statuses.LinkKeys
	})
	if err != nil {
		return l, invalidLink
	}
	return l, nil
}

// linkOf returns what the token in the path of r gives access to. For a valid token it waits a short time until
// the deliveries in the log have been applied to the statuses, so that a payer who returns from the payment
// sees its result. Only invalid tokens are rate-limited, per address: errors are invalidLink and
// "too_many_requests".
func (a *API) linkOf(r *http.Request) (access.Link, error) {
	l, err := a.readLink(r.PathValue("token"))
	if err == nil {
		a.PublicStatuses.Await(r.Context())
		return l, nil
	}
	if wait, ok := a.badTokens.Allow(access.AddressKey(a.Addresses.Of(r)), a.Now()); !ok {
		return l, &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
			Detail: "Too many invalid links were requested from your IP address. " +
				"Try again after the time in Retry-After."}
	}
	return l, err
}

// statusPage renders the page that a payer sees. It is complete without scripts: then it reloads itself, and
// the reload waits for a change. With scripts it opens a WebSocket or polls. An invalid link renders the page
// "gone" with status 404.
func (a *API) statusPage(w http.ResponseWriter, r *http.Request) {
	nonce := requestMetaOf(r).nonce
	l, err := a.linkOf(r)
	var t publicView
	full := false
	if err == nil {
		t, full, err = a.longPollPage(r, l)
	}
	switch {
	case r.Context().Err() != nil: // the client has left
		return
	case errors.Is(err, hook.ErrNotFound):
		a.Status.StatusGone(w, r, nonce)
		return
	case err != nil:
		a.fail(w, r, err)
		return
	}
	e, _ := a.Endpoints.Known(l.Endpoint)
	brand := e.Statuses.Page
	w.Header().Set("Content-Security-Policy", watchPolicy(nonce, a.Site.Origin(), brand))
	// Browsers that show the page to a person send this, and programs that preview links do not.
	if r.Method == http.MethodGet && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		a.PublicStatuses.RecordImpression(t.id, t.Status, "page")
	}
	next := 1
	if t.Final || full || a.stopCtx.Err() != nil {
		next = reloadSeconds(t.Public, a.Now())
	}
	_, script := a.Status.Embedded("page.js")
	a.Status.Status(w, r, hook.StatusPage{Nonce: nonce, Token: r.PathValue("token"), Public: t.Public, Brand: brand,
		Base: a.Site.URL("") + "/", Script: script, Reload: next,
		Seen: seenParam(t.tag, a.Now()), Now: hook.Time{Time: a.Now().UTC()}})
}

// longPollPage returns what the status page shows. If the request is a reload (see seenParam), it first waits
// until that is different from what the browser shows. The browser keeps the old page until the response
// arrives, so a page without scripts, too, shows a change at once. full says that it did not wait because too
// many requests wait already.
func (a *API) longPollPage(r *http.Request, l access.Link) (t publicView, full bool, err error) {
	known, wait := parseSeenParam(r, a.Now())
	form := publicForm{languages: languagesOf(r)}
	if t, err = a.publicViewOf(r.Context(), l, form); err != nil || wait <= 0 || !matchesTag(known, t.tag) {
		return t, false, err
	}
	token := r.PathValue("token")
	free, ok := a.statusPolls.acquire(l, a.Addresses.Client(r, a.Now()))
	if !ok {
		return t, true, nil
	}
	defer free()
	if u := t.TimeToPaid; u != nil { // after this time the page says that the payment takes longer than usual
		if slow := t.StartedAt.Add(time.Duration(u.P90 * float64(time.Second))).Sub(a.Now()); slow > 0 {
			wait = min(wait, slow)
		}
	}
	t, err = a.awaitStatusChange(r.Context(), l, form, token, known, wait)
	return t, false, err
}

// longPollPageTime is how long the reload of a status page waits for a change.
const longPollPageTime = 20 * time.Second

// seenParam returns the value of the parameter seen with which a page reloads itself: what it shows, and since
// when. The time prevents that a browser which opens the address later, from a bookmark, has to wait.
func seenParam(tag string, now time.Time) string {
	return strings.Trim(tag, `"`) + "." + strconv.FormatInt(now.Unix(), 10)
}

// parseSeenParam reads what seenParam wrote. tag is what the page shows, and wait how long the response may be
// held until there is something else: longPollPageTime, less the age of the page. Without a valid parameter,
// wait is 0.
func parseSeenParam(r *http.Request, now time.Time) (tag string, wait time.Duration) {
	text, at, found := strings.Cut(r.URL.Query().Get("seen"), ".")
	since, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || r.Method != http.MethodGet {
		return "", 0
	}
	return `"` + text + `"`, min(longPollPageTime, longPollPageTime+time.Unix(since, 0).Sub(now))
}

// reloadSeconds returns after how many seconds a page without scripts reloads itself if it cannot wait in a long
// poll: often while a payment is young, rarely later, and as rarely as the page decides (0) when the state is final.
func reloadSeconds(p hook.Public, now time.Time) int {
	switch age := now.Sub(p.StartedAt.Time); {
	case p.Final:
		return 0
	case p.StartedAt.IsZero(), age < time.Minute:
		return 3
	case age < 10*time.Minute:
		return 10
	default:
		return 30
	}
}

// allowAnyOrigin lets pages of every site read the response (CORS). This is safe because only the token gives
// access, and cookies are ignored.
func allowAnyOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// publicPreflight answers the CORS preflight of the public status.
func (a *API) publicPreflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	allowAnyOrigin(h)
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// publicStatus responds with what a status link shows, as JSON with an ETag. With wait and If-None-Match it is a long
// poll: it responds when the status has changed, or with 304 when wait is over. If too many requests wait already, it
// responds at once. The parameter shown reports a state that the page has shown to a person.
//
// Errors: those of linkOf, and "invalid_request" for a wait that is not a duration.
func (a *API) publicStatus(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w.Header())
	l, err := a.linkOf(r)
	if err != nil {
		writeProblem(w, a.Log, err)
		return
	}
	q := r.URL.Query()
	wait, err := parseWait(q.Get("wait"))
	if err != nil {
		writeProblem(w, a.Log, err)
		return
	}
	known, token, form := r.Header.Get("If-None-Match"), r.PathValue("token"), publicFormOf(r)
	if wait > 0 {
		if free, ok := a.statusPolls.acquire(l, a.Addresses.Client(r, a.Now())); ok {
			defer free()
		} else {
			wait = 0
		}
	}
	if state := hook.State(q.Get("shown")); state != "" { // recorded before the wait
		t, err := a.publicViewOf(r.Context(), l, form)
		if err == nil && t.includesState(state) {
			a.PublicStatuses.RecordImpression(t.id, state, "poll")
		}
	}
	shown, err := a.awaitStatusChange(r.Context(), l, form, token, known, wait)
	if err != nil {
		writeProblem(w, a.Log, err)
		return
	}
	h := w.Header()
	h["ETag"] = []string{shown.tag}
	if matchesTag(known, shown.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(shown.text))}
	_, _ = w.Write(shown.text)
}

// publicView is what a status link shows at one moment. publicViewOf creates it. It is shared by all three ways
// to read a public status, so that they show the same.
type publicView struct {
	hook.Public
	id   hook.StatusID
	text []byte // JSON of wire.PublicStatus
	tag  string // ETag of text, with its quotes
}

// includesState reports whether a page with this view may have shown s. Reports of other states are ignored.
func (t *publicView) includesState(s hook.State) bool {
	if s == t.Status {
		return true
	}
	for _, step := range t.Timeline {
		if step.Status == s {
			return true
		}
	}
	return false
}

// publicForm is the form in which a client wants a public status.
type publicForm struct {
	languages string // in the order of preference, as in Accept-Language
	old       bool   // for clients that do not send v=2: see wire.Compatible
}

// publicFormOf reads the form from a request: from its parameters lang and v, and from Accept-Language.
func publicFormOf(r *http.Request) publicForm {
	return publicForm{languages: languagesOf(r), old: r.URL.Query().Get("v") != wire.PublicVersion}
}

// languagesKept is how much of the languages of a request is kept. It is more than browsers send.
const languagesKept = 200

// languagesOf returns the languages that a request prefers: its parameter lang, then Accept-Language. The text does not
// keep the request in memory, since a WebSocket outlives it.
func languagesOf(r *http.Request) string {
	all := r.URL.Query().Get("lang") + "," + r.Header.Get("Accept-Language")
	return strings.Clone(all[:min(len(all), languagesKept)])
}

// publicViewOf reads what a link shows now, in the form that a client wants. Errors are invalidLink, or an error of the
// status projection.
func (a *API) publicViewOf(ctx context.Context, l access.Link, form publicForm) (t publicView, err error) {
	t.Public, t.id, err = a.PublicStatuses.Public(ctx, l.Endpoint, l.Mode, l.Name())
	switch {
	case errors.Is(err, hook.ErrNotFound): // the endpoint was deleted after the link was checked
		return t, invalidLink
	case err != nil:
		return t, err
	}
	a.Status.Describe(form.languages, &t.Public)
	if form.old {
		t.Public = *wire.Compatible(&t.Public)
	}
	if t.text, err = json.Marshal(wire.NewPublicStatus(&t.Public)); err != nil {
		return t, err
	}
	sum := sha256.Sum256(t.text)
	t.tag = `"` + hex.EncodeToString(sum[:12]) + `"`
	return t, nil
}

// awaitStatusChange returns what a link shows as soon as its tag is not one of known (the value of
// If-None-Match). If nothing changes, it returns the same view when wait is over, the server stops, or the
// client leaves. After every change it checks the link again, and returns invalidLink if it is no longer valid.
// It starts to watch before it reads, so that no change is missed.
func (a *API) awaitStatusChange(
	ctx context.Context, l access.Link, form publicForm, token, known string, wait time.Duration,
) (publicView, error) {
	watch := a.PublicStatuses.Watch(l.Endpoint, l.Mode, l.Name())
	defer watch.Close()
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		t, err := a.publicViewOf(context.WithoutCancel(ctx), l, form)
		if err != nil || wait == 0 || ctx.Err() != nil || !matchesTag(known, t.tag) {
			return t, err
		}
		select {
		case <-watch.C():
		case <-over.C:
			wait = 0
		case <-a.stopCtx.Done():
			wait = 0
		case <-ctx.Done():
		}
		if _, err := a.readLink(token); err != nil { // expired or revoked during the wait
			return publicView{}, err
		}
	}
}

// matchesTag reports whether the value of If-None-Match contains tag, by weak comparison (RFC 9110 §13.1.2).
func matchesTag(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// serveEmbed responds with a script that pages of other sites load. The file keeps its name when its content
// changes, so it is cached for minutes and revalidated by ETag.
func (a *API) serveEmbed(w http.ResponseWriter, r *http.Request) {
	stored, ok := a.Status.Embedded(r.PathValue("file"))
	h := w.Header()
	allowAnyOrigin(h)
	if !ok {
		h["Cache-Control"] = noStore
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This script does not exist. To embed a status, load hookbeam.js."})
		return
	}
	sum := sha256.Sum256(stored)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h["ETag"] = []string{"W/" + tag} // weak: compressed and uncompressed scripts have the same tag
	if matchesTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	a.Pages.ServeFile(w, r, "embed/"+r.PathValue("file"))
}
