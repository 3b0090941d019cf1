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

// Tokens that are no good which an address may send: thirty at once, then one a second.
const (
	badTokensPerSecond = 1
	badTokensAtOnce    = 30
)

// invalidLink is all that anybody hears of a link that is no good, whatever is wrong with it.
var invalidLink = &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
	Detail: "This link is invalid or has expired. Ask the person who sent it for a new one."}

func (a *API) mountPublic() {
	a.badTokens = access.NewLimiter(badTokensPerSecond, badTokensAtOnce, addressesKept)
	a.routes.HandleFunc("GET /status/{token}", a.statusPage)
	a.routes.HandleFunc("GET "+prefix+"/status/{token}", a.publicStatus)
	a.routes.HandleFunc("OPTIONS "+prefix+"/status/{token}", a.publicPreflight)
	a.routes.HandleFunc("GET "+prefix+"/status/{token}/live", a.publicLive)
	a.routes.HandleFunc("GET /embed/{file}", a.embedded)
}

// link is what a token lets its bearer see now; invalidLink where it is no good.
func (a *API) link(token string) (access.Link, error) {
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

// bearer is link for a request. Who sends tokens that are no good is slowed down; who has a good one never is.
func (a *API) bearer(r *http.Request) (access.Link, error) {
	l, err := a.link(r.PathValue("token"))
	if err == nil {
		a.PublicStatuses.Await(r.Context())
		return l, nil
	}
	if wait, ok := a.badTokens.Allow(access.AddressKey(a.Addresses.Of(r)), a.Now()); !ok {
		return l, &hook.Problem{Kind: hook.ErrTooMany, Code: "too_many_requests", RetryAfter: wait,
			Detail: "Too many invalid links were requested from your IP address. Try again after the time in Retry-After."}
	}
	return l, err
}

// statusPage is what a payer sees: complete without script, and live with it.
func (a *API) statusPage(w http.ResponseWriter, r *http.Request) {
	nonce := requestMetaOf(r).nonce
	l, err := a.bearer(r)
	var t publicView
	full := false
	if err == nil {
		t, full, err = a.longPollPage(r, l)
	}
	switch {
	case r.Context().Err() != nil: // nobody sees it
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
	if r.Method == http.MethodGet &&
		r.Header.Get("Sec-Fetch-Mode") == "navigate" { // a person's browser, not a preview of the link
		a.PublicStatuses.Shown(t.id, t.Status, "page")
	}
	next := 1
	if t.Final || full || a.life.Err() != nil {
		next = reload(t.Public, a.Now())
	}
	_, script := a.Status.Embedded("page.js")
	a.Status.Status(w, r, hook.StatusPage{Nonce: nonce, Token: r.PathValue("token"), Public: t.Public, Brand: brand,
		Base:   a.Site.URL("") + "/",
		Script: script, Reload: next, Seen: seen(t.tag, a.Now()), Now: hook.Time{Time: a.Now().UTC()}})
}

// longPollPage is what a page shows. Where it loads itself again, it is not what it shows already, unless nothing
// else came:
// the browser keeps the old page until this one comes, so that without script, too, a change is seen when it happens.
// full
// says that it would have waited, and too many do.
func (a *API) longPollPage(r *http.Request, l access.Link) (t publicView, full bool, err error) {
	known, wait := readSeen(r, a.Now())
	if t, err = a.publicViewOf(r.Context(), l); err != nil || wait <= 0 || !matchesTag(known, t.tag) {
		return t, false, err
	}
	token := r.PathValue("token")
	free, ok := a.waiting.take(l, a.Addresses.Client(r, a.Now()))
	if !ok {
		return t, true, nil
	}
	defer free()
	if u := t.TimeToPaid; u != nil { // from then on the page says that it is slow
		if slow := t.StartedAt.Add(time.Duration(u.P90 * float64(time.Second))).Sub(a.Now()); slow > 0 {
			wait = min(wait, slow)
		}
	}
	t, err = a.awaitStatusChange(r.Context(), l, token, known, wait)
	return t, false, err
}

// longPollPageTime is how long a page that loads itself again waits for something new.
const longPollPageTime = 20 * time.Second

// seen is what a page that loads itself again says that it shows, and since when: whoever opens its address later, from
// a bookmark, does not wait.
func seen(tag string, now time.Time) string {
	return strings.Trim(tag, `"`) + "." + strconv.FormatInt(now.Unix(), 10)
}

// readSeen reads what seen wrote, and for how long the answer may wait for something else.
func readSeen(r *http.Request, now time.Time) (tag string, wait time.Duration) {
	text, at, found := strings.Cut(r.URL.Query().Get("seen"), ".")
	since, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || r.Method != http.MethodGet {
		return "", 0
	}
	return `"` + text + `"`, min(longPollPageTime, longPollPageTime+time.Unix(since, 0).Sub(now))
}

// reload is after how many seconds a page without script loads itself again, where too many wait already: soon while a
// payment is young, seldom later, never when nothing is expected to follow.
func reload(p hook.Public, now time.Time) int {
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

// allowAnyOrigin lets the pages of every site read an answer: whoever has the token may see it, and no cookie counts
// here.
func allowAnyOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

func (a *API) publicPreflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	allowAnyOrigin(h)
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "If-None-Match")
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// publicStatus answers what a status link shows. With wait and If-None-Match it answers when that has changed,
// or at once where too many wait already.
func (a *API) publicStatus(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w.Header())
	l, err := a.bearer(r)
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
	known, token := r.Header.Get("If-None-Match"), r.PathValue("token")
	if wait > 0 {
		if free, ok := a.waiting.take(l, a.Addresses.Client(r, a.Now())); ok {
			defer free()
		} else {
			wait = 0
		}
	}
	if state := hook.State(q.Get("shown")); state != "" { // noted before anything is waited for
		t, err := a.publicViewOf(r.Context(), l)
		if err == nil && t.includesState(state) {
			a.PublicStatuses.Shown(t.id, state, "poll")
		}
	}
	shown, err := a.awaitStatusChange(r.Context(), l, token, known, wait)
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

// publicView is what a status link shows at one moment, with its JSON and the ETag of that.
type publicView struct {
	hook.Public
	id   hook.StatusID
	text []byte
	tag  string
}

// includesState reports whether a page that was told this may have shown a state.
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

func (a *API) publicViewOf(ctx context.Context, l access.Link) (t publicView, err error) {
	t.Public, t.id, err = a.PublicStatuses.Public(ctx, l.Endpoint, l.Mode, l.Subject)
	switch {
	case errors.Is(err, hook.ErrNotFound): // its endpoint was deleted just now
		return t, invalidLink
	case err != nil:
		return t, err
	}
	if t.text, err = json.Marshal(wire.NewPublicStatus(&t.Public)); err != nil {
		return t, err
	}
	sum := sha256.Sum256(t.text)
	t.tag = `"` + hex.EncodeToString(sum[:12]) + `"`
	return t, nil
}

// awaitStatusChange returns what a link shows as soon as that is not what is known, or when wait is over.
func (a *API) awaitStatusChange(
	ctx context.Context,
	l access.Link,
	token, known string,
	wait time.Duration,
) (publicView, error) {
	watch := a.PublicStatuses.Watch(l.Endpoint, l.Mode, l.Subject)
	defer watch.Close()
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		t, err := a.publicViewOf(context.WithoutCancel(ctx), l)
		if err != nil || wait == 0 || ctx.Err() != nil || !matchesTag(known, t.tag) {
			return t, err
		}
		select {
		case <-watch.C():
		case <-over.C:
			wait = 0
		case <-a.life.Done():
			wait = 0
		case <-ctx.Done():
		}
		if _, err := a.link(token); err != nil { // its key was withdrawn meanwhile
			return publicView{}, err
		}
	}
}

// matchesTag reads If-None-Match (RFC 9110 §13.1.2).
func matchesTag(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimSpace(part); part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}

// embedded answers with a script that other sites' pages load.
func (a *API) embedded(w http.ResponseWriter, r *http.Request) {
	script, ok := a.Status.Embedded(r.PathValue("file"))
	h := w.Header()
	allowAnyOrigin(h)
	if !ok {
		h["Cache-Control"] = noStore
		writeProblem(w, a.Log, &hook.Problem{Kind: hook.ErrNotFound, Code: "not_found",
			Detail: "This script does not exist. To embed a status, load hookbeam.js."})
		return
	}
	sum := sha256.Sum256(script)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h["ETag"] = []string{"W/" + tag} // the same script, squeezed or not
	if matchesTag(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	a.Pages.ServeFile(w, r, "embed/"+r.PathValue("file"))
}
