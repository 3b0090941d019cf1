package api

import (
	"context"
	"slices"

	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

// Try is one delivery of an event, as it compares with the first that is kept.
type Try struct {
	hook.Delivery
	Integrity hook.Integrity `json:"integrity,omitempty" enum:"damaged" doc:"damaged: what is stored of it is not what was received, and was not compared."`
	Differs   []string       `json:"differs" nullable:"false" doc:"What is not as in the first: \"body\", and the names of headers."`
}

type triesOut struct {
	Body struct {
		Tries []Try `json:"tries" nullable:"false" doc:"Oldest first, at most 100."`
	}
}

func (a *API) listTries(ctx context.Context, in *deliveryID) (*triesOut, error) {
	r, done, err := a.loaded(ctx, in.ID, triesTake)
	if err != nil {
		return nil, err
	}
	defer done()
	tries, err := a.Store.Tries(ctx, r.Delivery)
	if err != nil {
		return nil, err
	}
	out := &triesOut{}
	out.Body.Tries = []Try{}
	for _, t := range tries {
		view := Try{Delivery: t.Delivery, Differs: []string{}}
		switch {
		case t.Integrity == hook.IntegrityDamaged:
			view.Integrity = t.Integrity
		case tries[0].Integrity != hook.IntegrityDamaged:
			view.Differs = differences(tries[0], t)
		}
		out.Body.Tries = append(out.Body.Tries, view)
	}
	return out, nil
}

// differences names what t has otherwise than first.
func differences(first, t sqlite.Try) []string {
	names := []string{}
	if !t.SameBody {
		names = append(names, "body")
	}
	was, is := byName(first.Headers), byName(t.Headers)
	for _, h := range slices.Concat(first.Headers, t.Headers) {
		if !slices.Equal(was[h.Name], is[h.Name]) && !slices.Contains(names, h.Name) {
			names = append(names, h.Name)
		}
	}
	return names
}

func byName(headers []hook.Header) map[string][]string {
	m := make(map[string][]string, len(headers))
	for _, h := range headers {
		m[h.Name] = append(m[h.Name], h.Value)
	}
	return m
}
