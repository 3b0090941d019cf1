package web

import (
	"strings"

	"hookbeam/server/hook"
)

// Describe completes what a status link shows by what a reader is told: Title, Note, Tone and PollAfter, and Due also
// if more than that was received. languages lists the languages that the reader prefers, as in Accept-Language; a
// single code is such a list. Package api calls it for every response with a status.
func (*Pages) Describe(languages string, p *hook.Public) { describe(preferred(languages), p) }

// describe is Describe for one of languages.
func describe(language string, p *hook.Public) {
	p.Title, p.Note = Words(language, p)
	p.Tone, p.PollAfter = toneOf(p), pollAfter(p)
	if f := factsOf(p); f.due > 0 && f.captured > f.due {
		p.Due = f.due
	}
}

// toneOf returns how a status looks to a payer. It is the state's tone, unless the payer has to do something about
// their money, or the page shows nobody's payment.
func toneOf(p *hook.Public) hook.Tone {
	f, money := factsOf(p), p.Summary.Taken || p.Summary.OnHold
	switch p.Status {
	case hook.StateAmbiguous:
		return hook.ToneNeutral
	case hook.StatePartiallyPaid:
		return hook.ToneWarning
	case hook.StatePaid:
		if p.Summary.Dispute == hook.DisputeIsLost && !p.Summary.Taken {
			return hook.ToneNeutral // the payer has the money back
		}
	case hook.StateProcessing:
		if money && f.marked(hook.ReviewUnderpaid, hook.ReviewPaidInPart) {
			return hook.ToneWarning
		}
	case hook.StateFailed, hook.StateCanceled, hook.StateExpired:
		unclear := p.Status == hook.StateFailed && !f.mayDeny()
		if (money || unclear) && isMoney(p.Kind) {
			return hook.ToneWarning
		}
	}
	return p.Tone
}

// Seconds after which a client that polls asks again.
const (
	pollLive  = 3  // something happens now
	pollSlow  = 30 // a person has to act, or days can pass
	pollFinal = 60 // nothing is expected, but a refund or a dispute can follow
)

// pollAfter returns the seconds after which a client that polls asks again. They depend on the status alone, so that
// the answer does not change while nothing happens.
func pollAfter(p *hook.Public) int {
	method := p.Summary.Method
	switch {
	case p.Final:
		return pollFinal
	case p.Status == hook.StateAuthorized, p.Status == hook.StatePartiallyPaid, p.Status == hook.StateFailed,
		p.Status == hook.StateAmbiguous, method == hook.MethodVoucher, method == hook.MethodCoins:
		return pollSlow
	default:
		return pollLive
	}
}

// Words returns what a page, the element and the API say about a payment or order: a heading, and a note of one to four
// sentences. language is the code of a translation. A subject that is not about money has the name of its state as
// its title, and no note.
//
// They are chosen by what is known of the money. That the payer has not been charged is said only if it is proved.
func Words(language string, p *hook.Public) (title, note string) {
	if languages[language].phrases == nil {
		language = defaultLanguage
	}
	t := languages[language]
	return t.words(language, p)
}

// words is Words in one translation.
func (t *translation) words(language string, p *hook.Public) (title, note string) {
	m, known := messageOf(p)
	if !known || !isMoney(p.Kind) {
		return stateName(p.Status), ""
	}
	f := factsOf(p)
	amount := func(minor int64) string { return money(minor, p.Currency, language) }
	put := strings.NewReplacer("{paid}", amount(f.captured), "{held}", amount(f.held), "{due}", amount(f.due),
		"{refunded}", amount(f.refunded), "{rest}", amount(f.rest()))
	var all []string
	for _, one := range m.note {
		all = append(all, put.Replace(t.phrases[one]))
	}
	return put.Replace(t.phrases[m.title]), strings.Join(all, " ")
}

// isMoney reports whether a subject is about money. A deployment, for example, can fail as well, but no bank declined
// it. A link of which nothing is known yet counts as a payment.
func isMoney(kind hook.SubjectKind) bool {
	return kind == "" || kind == hook.KindPayment || kind == hook.KindOrder
}
