package web

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// statusCSS is the style sheet of status pages. It is written without indentation because every page contains it.
//
//go:embed status.css
var statusCSS string

// Status responds with the status page of one payment, order or other subject, for anyone who has its link. It is in
// the payer's language, and complete without JavaScript: it then reloads itself, also after a final state, since a
// refund can follow. If the script is available, it updates the page instead, with the texts that scriptData gives
// it.
func (p *Pages) Status(w http.ResponseWriter, r *http.Request, page hook.StatusPage) {
	v := newStatusView(r, page)
	renderCompressed(w, r, http.StatusOK, statusPage(v))
}

// StatusGone responds with a 404 page for every invalid link, in the language of the request. The page does not say
// what is wrong with the link, so that nobody can find out by trying which links exist. It has no script.
func (p *Pages) StatusGone(w http.ResponseWriter, r *http.Request, nonce string) {
	lang := language(r)
	renderCompressed(w, r, http.StatusNotFound, statusGone(languages[lang], lang, nonce, statusCSS))
}

// renderCompressed is render with gzip, for payers on slow networks. The length of a compressed page could reveal what
// is in it to somebody who can put text of their choice beside it (the BREACH attack). These pages contain no text of
// the request except the link's token and the language, which have to be valid.
func renderCompressed(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
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
		_, _ = w.Write(b.Bytes()) // an error means that the client has gone
	}
}

// statusView is the data of the template statusPage: what package api gave, and the texts made of it in the page's
// language. Status makes one for each response.
type statusView struct {
	hook.StatusPage
	translation
	lang    string // a key of languages
	amount  string // "" if it is not known or hidden
	parts   []part // what the amount consists of, if there is more than one part
	waiting string // how long it takes; "" if nothing is said
	steps   []step
}

// step is one state in the row of states that the page shows: those that the status had, and one that may follow.
type step struct {
	state   hook.State
	at      hook.Time // zero for todo
	reached string    // the class of its element: done, now or todo
}

// newStatusView prepares a page for the template. The language is page.Language, or else the one that the request
// prefers.
func newStatusView(r *http.Request, page hook.StatusPage) *statusView {
	v := &statusView{StatusPage: page, lang: page.Language}
	if languages[v.lang].phrases == nil {
		v.lang = language(r)
	}
	v.translation = languages[v.lang]
	if !isMoney(page.Public.Kind) {
		v.order = "{n}" // the reference is not the number of an order
	}
	p := &v.Public
	describe(v.lang, p)
	if v.Reload == 0 {
		v.Reload = p.PollAfter
	}
	v.amount, v.parts = v.amountText(p.Amount), v.partsOf(p)
	if p.Amount != 0 && p.Due > p.Amount {
		v.amount = fill(v.part, "amount", v.amount, "due", v.amountText(p.Due))
	} else if p.Due != 0 && p.Due < p.Amount {
		v.amount = v.amountText(p.Due)
	}
	v.steps = stepsOf(p)
	v.waiting = v.waitingText()
	return v
}

// amountText formats an amount of the page; "" for 0.
func (v *statusView) amountText(minor int64) string {
	if minor == 0 {
		return ""
	}
	return money(minor, v.Public.Currency, v.lang)
}

// part is one line of what an amount consists of.
type part struct {
	label, amount string
	class         string // of its mark: paid, went or open
}

// partsOf returns what was paid, refunded and is still due, if something was paid and that is not all. The page's
// script has the same function.
func (v *statusView) partsOf(p *hook.Public) (parts []part) {
	returned := p.Refunded > 0 && p.Refunded < p.Amount
	if p.Amount == 0 || !returned && p.Due <= p.Amount {
		return nil
	}
	parts = append(parts, part{v.paid, v.amountText(p.Amount), "paid"})
	if p.Refunded > 0 {
		parts = append(parts, part{v.refunded, v.amountText(p.Refunded), "went"})
	}
	if p.Due > p.Amount {
		parts = append(parts, part{v.remaining, v.amountText(p.Due - p.Amount), "open"})
	}
	return parts
}

// stepsOf returns the steps of a status: those of its timeline, of which the last is the current one, and for a payment
// that is not final the state that the payer waits for. The page's script has the same function.
func stepsOf(p *hook.Public) []step {
	if p.NothingDue != "" {
		return nil // nobody paid, though it counts as paid
	}
	steps := make([]step, 0, len(p.Timeline)+1)
	for i, s := range p.Timeline {
		reached := "done"
		if i == len(p.Timeline)-1 {
			reached = "now"
		}
		steps = append(steps, step{s.Status, s.At, reached})
	}
	if len(steps) > 0 && !p.Final && p.Kind == hook.KindPayment {
		for _, s := range expectedStates(p.Kind) {
			steps = append(steps, step{state: s, reached: "todo"})
		}
	}
	return steps
}

// expectedStates returns the states that are shown before they are reached. It is only "paid", and only for payments
// and for links of which nothing is known yet: what follows for other subjects is not the same for all.
func expectedStates(kind hook.SubjectKind) []hook.State {
	if kind == hook.KindPayment || kind == "" {
		return []hook.State{hook.StatePaid}
	}
	return []hook.State{}
}

// waitingText says how long a payment usually takes, by the latencies of earlier ones. Once this one has taken longer
// than nine in ten, it says instead that it is slow. It is "" if the status is final or nothing is known.
func (v *statusView) waitingText() string {
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

// duration rounds up to a whole number of seconds, minutes, hours or days. The number is at least 2, so that no
// language needs a singular form.
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
	return fill(form, "n", strconv.Itoa(max(2, whole)))
}

// title is the text of the browser's tab: the state and the shop.
func (v *statusView) title() string {
	if v.Brand.Name == "" {
		return v.Public.Title
	}
	return v.Public.Title + " · " + v.Brand.Name
}

// initial is the first letter of the shop's name, which is shown if the shop has no logo.
func (v *statusView) initial() string {
	first, _ := utf8.DecodeRuneInString(v.Brand.Name)
	return strings.ToUpper(string(first))
}

// reference is what the payer knows the payment by, such as "Order 10-4471".
func (v *statusView) reference() string {
	if v.Public.Reference == "" {
		return ""
	}
	return fill(v.order, "n", v.Public.Reference)
}

// backTo is the text of the link to the shop.
func (v *statusView) backTo() string {
	if v.Brand.Name == "" {
		return v.home
	}
	return fill(v.translation.back, "name", v.Brand.Name)
}

// stepText returns the name of a state in the row of steps.
func (v *statusView) stepText(s hook.State) string {
	if text, known := v.translation.steps[s]; known && isMoney(v.Public.Kind) {
		return text
	}
	return stateName(s)
}

// timeText formats a time in UTC, with its date if that is not today's. The script replaces it by the local time.
func (v *statusView) timeText(t hook.Time) string {
	if t.UTC().Format(time.DateOnly) == v.Now.UTC().Format(time.DateOnly) {
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("2006-01-02 15:04")
}

// updatedAt formats the time of the last event in UTC.
func (v *statusView) updatedAt() string {
	return v.Public.UpdatedAt.UTC().Format("2006-01-02 15:04")
}

// tone selects the colour and the symbol of the page. A link of which nothing is known yet has no tone, and looks like
// the beginning of a payment.
func (v *statusView) tone() hook.Tone {
	if v.Public.Tone == "" {
		return hook.TonePending
	}
	return v.Public.Tone
}

// timestamp formats a time for the attribute datetime, as in the JSON of the API.
func timestamp(t hook.Time) string { return string(t.Append(nil)) }

// style returns the style sheet with the shop's colour. It is part of the page, under the nonce, so that the first
// paint needs only one response.
func (v *statusView) style() string {
	brand := v.Brand.Color
	if !isColor(brand) {
		return statusCSS + ":root{--brand:var(--text);--on-brand:var(--bg)}"
	}
	return statusCSS + ":root{--brand:" + brand + ";--on-brand:" + readableOn(brand) + "}"
}

// scriptData is the JSON in the page from which its script works: where to connect, the status with its title and
// note, and the other texts that it may need in the page's language, because the script itself has none.
// ui/embed/page.ts describes the fields.
func (v *statusView) scriptData() any {
	steps := map[hook.State]string{}
	if isMoney(v.Public.Kind) {
		steps = v.translation.steps
	}
	return map[string]any{
		"token":  v.Token,
		"base":   v.Base,
		"lang":   v.lang,
		"now":    v.Now,
		"status": wire.NewPublicStatus(&v.Public),
		"embed":  append([]string{}, v.Brand.Embed...), // an empty list instead of null
		"steps":  steps,
		"expect": expectedStates(v.Public.Kind),
		"text": map[string]string{
			"live":     v.translation.live,
			"polling":  v.polling,
			"offline":  v.offline,
			"done":     "",
			"gone":     v.goneTitle,
			"usually":  v.usually,
			"slow":     v.slow,
			"order":    v.order,
			"part":     v.part,
			"paid":     v.paid,
			"refunded": v.refunded,
			"due":      v.remaining,
			"seconds":  v.seconds,
			"minutes":  v.minutes,
			"hours":    v.hours,
			"days":     v.days,
		},
	}
}
