package trust_test

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// shown is what a status link and the dashboard show of one payment, order or reference. Amounts are in minor units.
type shown struct {
	state    string
	amount   int64  // what was captured, else what is held, else what is to be paid
	currency string // "" is EUR
	due      int64  // 0: not looked at
	refunded int64
	captured int64 // 0: all of amount in states in which money was taken, else nothing
	held     int64 // 0: all of amount if authorized, else nothing

	dispute, nothingDue string
	review              []string
	late                bool
	open                bool // it must not be shown as final
	denied              bool // it is shown that the payer has not been charged, in every language

	linkOnly bool // the dashboard has no status of this name: nothing came, or it is a name in several accounts

	says  string // a regular expression that the English page matches
	never string // one that it must not match
}

// payerLanguage is a language of status pages, with what denies in it that money was taken.
type payerLanguage struct {
	code    string
	denials *regexp.Regexp
}

var payerLanguages = []payerLanguage{
	{"en", regexp.MustCompile(`(?i)not (been )?charged|no money was`)},
	{"de", regexp.MustCompile(`(?i)nicht belastet|kein Geld eingezogen|nichts abgebucht`)},
	{"fr", regexp.MustCompile(`(?i)pas été (débité|prélevé)|aucun argent n’a`)},
	{"es", regexp.MustCompile(`(?i)no se le ha cobrado|cobrado nada`)},
	{"hi", regexp.MustCompile(`कोई राशि नहीं`)},
}

// publicStatus is the JSON that a status link shows.
type publicStatus struct {
	Status     string `json:"status"`
	Title      string `json:"title"`
	Note       string `json:"note"`
	Final      bool   `json:"final"`
	Test       bool   `json:"test"`
	Amount     int64  `json:"amount"`
	Due        int64  `json:"due"`
	Refunded   int64  `json:"refunded"`
	Currency   string `json:"currency"`
	NothingDue string `json:"nothing_due"`
}

// check reads all that is shown of a run. The first one of a case is read in every language, any other one in the
// language that number chooses.
func (r *payerRun) check(ctx context.Context, s *server, client *http.Client, number int) error {
	r.public = map[string]string{}
	for link, want := range r.c.shows {
		if err := r.checkLink(ctx, s, client, number, link, &want); err != nil {
			return fmt.Errorf("%s: %w", link, err)
		}
		// The history of very many payments is long and slow to read.
		if want.linkOnly || !r.first && len(r.c.events) > fewEvents && number%8 != 0 {
			continue
		}
		if err := r.checkDetail(ctx, s, client, link, &want); err != nil {
			return fmt.Errorf("the dashboard's %s: %w", link, err)
		}
	}
	if !r.first && len(r.c.events) > fewEvents { // a list looks at every payment of the server
		return nil
	}
	return r.checkBoard(ctx, s, client)
}

// checkLink reads a status link as a browser without scripts does, and as clients of both forms of the JSON do.
func (r *payerRun) checkLink(
	ctx context.Context, s *server, client *http.Client, number int, link string, want *shown,
) error {
	subject, account, _ := strings.Cut(link, " of ")
	var made struct{ Token string }
	err := s.call(ctx, client, http.MethodPost, "/api/v1/status-links", http.StatusCreated,
		map[string]any{"endpoint": r.endpoint.ID, "subject": subject, "account": account}, &made)
	if err != nil {
		return err
	}
	languages := payerLanguages
	if !r.first {
		languages = languages[number%len(languages):][:1]
	}
	titles := map[string]string{}
	for i := range languages {
		code := languages[i].code
		title, err := r.checkLanguage(ctx, s, client, link, made.Token, &languages[i], want)
		if err != nil {
			return fmt.Errorf("in %s: %w", code, err)
		}
		if known := titles[title]; known != "" {
			return fmt.Errorf("the title in %s is that in %s: %s", code, known, title)
		}
		titles[title] = code
	}
	return nil
}

// checkLanguage is checkLink for one language. It returns the page's title.
func (r *payerRun) checkLanguage(
	ctx context.Context, s *server, client *http.Client, link, token string, in *payerLanguage, want *shown,
) (title string, err error) {
	read := func(path string) (text []byte) {
		if err == nil {
			err = s.call(ctx, client, http.MethodGet, path, http.StatusOK, nil, &text)
		}
		return text
	}
	newer := read("/api/v1/status/" + token + "?v=2&lang=" + in.code)
	older := read("/api/v1/status/" + token + "?lang=" + in.code)
	page := read("/status/" + token + "?lang=" + in.code)
	if err != nil {
		return "", err
	}
	var p publicStatus
	if err := json.Unmarshal(newer, &p); err != nil {
		return "", err
	}
	r.public[in.code+" "+link] = string(newer)
	if err := want.matchPublic(&p); err != nil {
		return "", fmt.Errorf("%w: %s", err, newer)
	}
	if err := want.matchOlder(newer, older); err != nil {
		return "", err
	}
	text := readablePage(page)
	for _, said := range []string{p.Title + " " + p.Note, text} {
		if in.denials.MatchString(said) != want.denied {
			return "", fmt.Errorf("denies that money was taken: %t, want %t: %s", !want.denied, want.denied, said)
		}
	}
	if err := want.matchPage(string(page), &p); err != nil {
		return "", fmt.Errorf("the page: %w", err)
	}
	if in.code == "en" {
		err = want.matchText(text)
	}
	return p.Title, err
}

// matchText checks what the English page says.
func (w *shown) matchText(text string) error {
	if w.says != "" && !regexp.MustCompile(w.says).MatchString(text) {
		return fmt.Errorf("the page does not say %q: %s", w.says, text)
	}
	if w.never != "" && regexp.MustCompile(w.never).MatchString(text) {
		return fmt.Errorf("the page says %q: %s", w.never, text)
	}
	return nil
}

// money is the currency: euros for a case that names none; "-" is no currency.
func (w *shown) money() string {
	switch w.currency {
	case "":
		return "EUR"
	case "-":
		return ""
	}
	return w.currency
}

// matchPublic compares the JSON of a link.
func (w *shown) matchPublic(p *publicStatus) error {
	got := shown{
		state: p.Status, amount: p.Amount, currency: p.Currency, refunded: p.Refunded, nothingDue: p.NothingDue,
	}
	want := shown{
		state: w.state, amount: w.amount, currency: w.money(), refunded: w.refunded, nothingDue: w.nothingDue,
	}
	if w.state == "partially_paid" || w.due > 0 && w.amount > w.due {
		got.due, want.due = p.Due, w.due
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(shown{})); diff != "" {
		return fmt.Errorf("the link shows (-want +got):\n%s", diff)
	}
	if w.open && p.Final {
		return fmt.Errorf("the link says that nothing more is expected")
	}
	if p.Test {
		return fmt.Errorf("the link says that no money moves")
	}
	return nil
}

// matchOlder compares the JSON for clients that do not send v=2 with the other form. These clients show every failed
// payment with a sentence of their own, which denies that money was taken, so that an unproved end is not told to them.
func (w *shown) matchOlder(newer, older []byte) error {
	var was, is map[string]any
	if err := json.Unmarshal(older, &was); err != nil {
		return err
	}
	if err := json.Unmarshal(newer, &is); err != nil {
		return err
	}
	if w.state == "failed" && !w.denied {
		if was["status"] != "processing" || was["final"] != false {
			return fmt.Errorf("clients without v=2 are told %v, final %v: %s", was["status"], was["final"], older)
		}
		return nil
	}
	if diff := cmp.Diff(is, was); diff != "" {
		return fmt.Errorf("clients without v=2 are told something else (-v=2 +older):\n%s", diff)
	}
	return nil
}

// The parts of a page.
var (
	pageHead   = regexp.MustCompile(`(?s)<head>.*?</head>|<script.*?</script>`)
	pageTag    = regexp.MustCompile(`<[^>]*>`)
	pageState  = regexp.MustCompile(`data-state="([^"]*)"`)
	pageFinal  = regexp.MustCompile(`data-final="([^"]*)"`)
	pageTitle  = regexp.MustCompile(`<span id="sentence" role="status">([^<]*)</span>`)
	pageNote   = regexp.MustCompile(`<p id="detail" class="say"(?: hidden)?>([^<]*)</p>`)
	pageAmount = regexp.MustCompile(`<span id="amount"(?: hidden)?>([^<]*)</span>`)
	noDigit    = regexp.MustCompile(`[^0-9]+`)
)

// readablePage returns what a page says to somebody who reads it.
func readablePage(page []byte) string {
	text := pageTag.ReplaceAllString(pageHead.ReplaceAllString(string(page), ""), " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

// matchPage compares a page with the JSON of the same link: with and without scripts, a payer reads the same.
func (w *shown) matchPage(page string, p *publicStatus) error {
	part := func(of *regexp.Regexp) string {
		found := of.FindStringSubmatch(page)
		if found == nil {
			return "nothing of this form"
		}
		return html.UnescapeString(found[1])
	}
	got := []string{part(pageState), part(pageFinal), part(pageTitle), part(pageNote)}
	want := []string{p.Status, strconv.FormatBool(p.Final), p.Title, p.Note}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("it does not show what the JSON has (-want +got):\n%s", diff)
	}
	amount := noDigit.ReplaceAllString(part(pageAmount), "")
	if !slices.Contains(w.headlines(), amount) {
		return fmt.Errorf("its amount is %q, not %q", part(pageAmount), w.headlines())
	}
	return nil
}

// headlines returns the digits of the amounts at the top of a page: what was paid and what is due, in the order of the
// language, or, if more than that came, what was due.
func (w *shown) headlines() []string {
	digits := func(n int64) string {
		if w.currency == "JPY" {
			return strconv.FormatInt(n, 10)
		}
		return fmt.Sprintf("%03d", n)
	}
	switch {
	case w.amount == 0:
		return []string{""}
	case w.state == "partially_paid":
		return []string{digits(w.amount) + digits(w.due), digits(w.due) + digits(w.amount)}
	case w.due > 0 && w.amount > w.due:
		return []string{digits(w.due)}
	}
	return []string{digits(w.amount)}
}
