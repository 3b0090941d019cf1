package provider

import "hookbeam/server/hook"

// tell says what some types of a sender's events tell of a subject. Everything in it is data; tell.go is what reads it.
// The first tell that names an event's type counts, and those behind it only where it has "also". A sender of payments
// that is known by its id alone:
//
//	var coffee = thing{
//		names:      []naming{{prefix: "payment", at: "body:payment.id"}},
//		references: []string{"body:payment.basket"},
//		amounts:    []amount{{at: "body:payment.sum"}}, currency: []string{"body:payment.currency"}, decimal: true,
//	}
//
//	tells: []tell{
//		{types: []string{"payment.paid"}, says: is(hook.Captured), of: &coffee},
//		{types: []string{"payment.*"}, says: by("body:payment.state", kinds{"open": hook.Created, "void": hook.Canceled}, hook.Info), of: &coffee},
//	}
//
// Spots are those of rules, with this beside: an object where an id is looked for stands for its member "id"; a number
// in a path is a place in a list, and "#rel=up" the first element whose member "rel" is "up"; "\." is a dot within a
// name; a "?" before a spot makes "yes" of anything but null, false, 0 and what is empty. In a list of spots the first
// counts where something is.
type tell struct {
	types  []string // of the event: exactly, or how it begins where a "*" ends it
	says   saying
	of     *thing
	amount []amount // instead of the thing's
	refund []string // spots of the refund's id
	also   bool     // what stands behind it may tell more of the same event
}

// saying is what is said, as the text at a spot decides.
type saying struct {
	at    string // several with "+" between are read with "/" between, "" for what is not there
	cases map[string]word
	other word // of any other text; of the zero word nothing is told
}

// word is what is said of a subject.
type word struct {
	kind  hook.Kind
	state hook.State // of hook.Stands, as are those below
	tone  hook.Tone
	final bool
	rank  int
}

// thing is what a subject is called, and what else its events say of it.
type thing struct {
	kind       hook.SubjectKind // "" is a payment
	names      []naming         // every one that is there counts; the subject is shown under the first
	references []string         // the shop's own names; each that is there is also a name behind "order/"
	lent       saying           // says anything where the references were copied from another payment, and name nothing
	customer   []string         // mail address

	amounts  []amount
	currency []string       // of amounts that name no other
	decimal  bool           // amounts are written 49.00, else in minor units
	digits   map[string]int // of minor units, in currencies where the sender does not follow ISO 4217

	times   []string // where they are not those of the event
	version string   // a whole number; the higher one wins
	fulfils saying   // of an order: how much of it was sent; its rank is added
	titles  []string // with spots in braces, all of which must be there: "{body:name} on {body:branch}"
	urls    []string
}

// naming is one name of a subject: "payment/pi_1".
type naming struct {
	prefix string
	at     string // several with "+" between make one name, and must all be there
	behind string // of the last of them only what stands behind this, up to the next "/" or "?": "/captures/"
	spare  bool   // counts only where none before it is there
}

// amount is a spot of money.
type amount struct {
	at       string
	currency string // "": the thing's
	total    bool   // of a refund: all that was refunded so far
}

// kinds say what a text means, for by.
type kinds map[string]hook.Kind

// words say what a text means, for stands.
type words map[string]word

// is says the same of every event.
func is(k hook.Kind) saying { return saying{other: word{kind: k}} }

// by says what the text at a spot means; other, which may be "", is for any other text.
func by(at string, k kinds, other hook.Kind) saying {
	s := saying{at: at, cases: make(map[string]word, len(k)), other: word{kind: other}}
	for text, kind := range k {
		s.cases[text] = word{kind: kind}
	}
	return s
}

// stands says where what is no payment stands, by the text at a spot; of any other text nothing is told.
func stands(at string, w words) saying {
	s := saying{at: at, cases: make(map[string]word, len(w))}
	for text, of := range w {
		of.kind = hook.Stands
		s.cases[text] = of
	}
	return s
}
