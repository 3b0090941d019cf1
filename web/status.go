package web

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

//go:embed status.css
var statusCSS string

// Status answers with the page that one payer watches.
func (p *Pages) Status(w http.ResponseWriter, r *http.Request, page hook.StatusPage) {
	v := newStatusView(r, page)
	renderSmall(w, r, http.StatusOK, statusPage(v))
}

// StatusGone answers for every link that is no good, with one page that does not say why.
func (p *Pages) StatusGone(w http.ResponseWriter, r *http.Request, nonce string) {
	lang := language(r)
	renderSmall(w, r, http.StatusNotFound, statusGone(languages[lang], lang, nonce, statusCSS))
}

// renderSmall is render for who may be on a slow network. What it squeezes holds no text that a stranger could choose
// for the request, so its length tells nobody anything.
func renderSmall(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	w.Header().Set("Vary", "Accept-Encoding, Accept-Language")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		render(w, r, status, page)
		return
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	err := page.Render(context.WithoutCancel(r.Context()), z)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		http.Error(w, "The page could not be drawn.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Encoding", "gzip")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the reader left: nobody to tell
	}
}

// statusView is what a status page says.
type statusView struct {
	hook.StatusPage
	words
	lang         string
	now          said
	amount, back string // money that came and went back
	waiting      string
	steps        []step
}

// step is one dot of the row of states.
type step struct {
	state   hook.State
	at      hook.Time
	reached string // done, now or todo
}

func newStatusView(r *http.Request, page hook.StatusPage) *statusView {
	v := &statusView{StatusPage: page, lang: page.Language}
	if languages[v.lang].states == nil {
		v.lang = language(r)
	}
	v.words = languages[v.lang]
	if !v.paid() {
		v.order = "{n}" // it is no order's number
	}
	p := &page.Public
	v.now = v.say(p.Status)
	if p.Amount != 0 {
		v.amount = money(p.Amount, p.Currency, v.lang)
	}
	if p.Refunded != 0 {
		v.back = fill(v.refunded, "amount", money(p.Refunded, p.Currency, v.lang))
	}
	v.steps = stepsOf(p)
	v.waiting = v.honest()
	return v
}

// stepsOf are the states that were gone through, where it stands, and, while more may follow, what all wait for.
func stepsOf(p *hook.Public) []step {
	steps := make([]step, 0, len(p.Timeline)+1)
	for i, s := range p.Timeline {
		reached := "done"
		if i == len(p.Timeline)-1 {
			reached = "now"
		}
		steps = append(steps, step{s.Status, s.At, reached})
	}
	if len(steps) > 0 && !p.Final && p.Kind == hook.KindPayment {
		for _, s := range expected(p.Kind) {
			steps = append(steps, step{state: s, reached: "todo"})
		}
	}
	return steps
}

// expected is what all wait for: nothing but that is promised.
func expected(kind hook.SubjectKind) []hook.State {
	if kind == hook.KindPayment || kind == "" {
		return []hook.State{hook.StatePaid}
	}
	return []hook.State{}
}

// honest says how long it usually takes, until it has taken longer.
func (v *statusView) honest() string {
	p := &v.Public
	switch {
	case p.Final || p.TimeToPaid == nil:
		return ""
	case !p.StartedAt.IsZero() && v.Now.Sub(p.StartedAt.Time) > time.Duration(p.TimeToPaid.P90*float64(time.Second)):
		return v.slow
	default:
		return fill(v.usually, "half", v.duration(p.TimeToPaid.P50), "most", v.duration(p.TimeToPaid.P90))
	}
}

func (v *statusView) duration(seconds float64) string {
	form, n := v.seconds, seconds
	switch {
	case seconds >= 2*24*3600:
		form, n = v.days, seconds/(24*3600)
	case seconds >= 2*3600:
		form, n = v.hours, seconds/3600
	case seconds >= 2*60:
		form, n = v.minutes, seconds/60
	}
	whole := int(n)
	if float64(whole) < n {
		whole++
	}
	return fill(form, "n", strconv.Itoa(max(2, whole))) // never one of them: no language has to say it
}

func (v *statusView) title() string {
	if v.Brand.Name == "" {
		return v.now.Sentence
	}
	return v.now.Sentence + " · " + v.Brand.Name
}

func (v *statusView) initial() string {
	first, _ := utf8.DecodeRuneInString(v.Brand.Name)
	return strings.ToUpper(string(first))
}

func (v *statusView) reference() string {
	if v.Public.Reference == "" {
		return ""
	}
	return fill(v.order, "n", v.Public.Reference)
}

func (v *statusView) backTo() string {
	if v.Brand.Name == "" {
		return v.home
	}
	return fill(v.words.back, "name", v.Brand.Name)
}

// paid reports whether it is about money, as all is of which nothing is known yet. A deployment may fail too,
// but no bank declined it.
func (v *statusView) paid() bool {
	kind := v.Public.Kind
	return kind == "" || kind == hook.KindPayment || kind == hook.KindOrder
}

func (v *statusView) say(s hook.State) said {
	if of, known := v.states[s]; known && v.paid() {
		return of
	}
	return called(s)
}

// clock is a moment in UTC, with its date where that is not today's.
func (v *statusView) clock(t hook.Time) string {
	if t.UTC().Format(time.DateOnly) == v.Now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// tone is how the state feels; waiting feels like the beginning that it is.
func (v *statusView) tone() hook.Tone {
	if v.Public.Tone == "" {
		return hook.TonePending
	}
	return v.Public.Tone
}

func stamp(t hook.Time) string { return string(t.Append(nil)) }

// style is the page's style with the shop's colour in it.
func (v *statusView) style() string {
	brand := v.Brand.Color
	if !isColor(brand) {
		return statusCSS + ":root{--brand:var(--text);--on-brand:var(--bg)}"
	}
	return statusCSS + ":root{--brand:" + brand + ";--on-brand:" + readableOn(brand) + "}"
}

func isColor(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}

// readableOn is black or white, whichever stands out more from a colour: one of them always does by 4.5 to 1.
func readableOn(color string) string {
	if luminance(color) > 0.179 { // where both stand out alike
		return "#000"
	}
	return "#fff"
}

// live is what the page's script is given.
func (v *statusView) live() any {
	states := map[hook.State]said{}
	if v.paid() && !v.Public.Final { // of what is final no other state is ever said
		maps.Copy(states, v.states)
	}
	states[v.Public.Status] = v.now
	return map[string]any{
		"token": v.Token, "base": v.Base, "lang": v.lang, "now": v.Now, "status": wire.NewPublicStatus(&v.Public), "embed": append([]string{}, v.Brand.Embed...),
		"words": states, "expect": expected(v.Public.Kind),
		"text": map[string]string{
			"live":     v.words.live,
			"polling":  v.polling,
			"offline":  v.offline,
			"done":     "",
			"gone":     v.goneTitle,
			"usually":  v.usually,
			"slow":     v.slow,
			"order":    v.order,
			"refunded": v.refunded,
			"seconds":  v.seconds,
			"minutes":  v.minutes,
			"hours":    v.hours,
			"days":     v.days,
		},
	}
}
