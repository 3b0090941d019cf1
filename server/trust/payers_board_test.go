package trust_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// boardStatus is a status in the API of the dashboard.
type boardStatus struct {
	ID         string   `json:"id"`
	Subject    string   `json:"subject"`
	Reference  string   `json:"reference"`
	Aliases    []string `json:"aliases"`
	State      string   `json:"state"`
	Final      bool     `json:"final"`
	Amount     int64    `json:"amount"`
	Due        int64    `json:"due"`
	Captured   int64    `json:"captured"`
	Held       int64    `json:"held"`
	Refunded   int64    `json:"refunded"`
	Currency   string   `json:"currency"`
	Dispute    string   `json:"dispute"`
	NothingDue string   `json:"nothing_due"`
	Review     []string `json:"review"`
	Needs      bool     `json:"needs_review"`
	Late       bool     `json:"late"`
	Unverified bool     `json:"unverified"`
}

// checkDetail reads a subject's page in the dashboard, whose id follows from its name.
func (r *payerRun) checkDetail(
	ctx context.Context, s *server, client *http.Client, link string, want *shown,
) error {
	name, account, _ := strings.Cut(link, " of ")
	name = hook.ScopedReference(cmp.Or(account, r.c.account), name)
	id := hook.HashAlias(hook.EndpointID(r.endpoint.ID), hook.EnvironmentLive, name).ID()
	var detail boardStatus
	path := "/api/v1/statuses/" + string(id)
	if err := s.call(ctx, client, http.MethodGet, path, http.StatusOK, nil, &detail); err != nil {
		return err
	}
	if err := want.matchBoard(&detail); err != nil || !r.first || account != "" {
		return err
	}
	return r.checkSearch(ctx, s, client, link, &detail)
}

// list returns the endpoint's statuses that a filter selects, from all pages of the dashboard's list.
func (r *payerRun) list(
	ctx context.Context, s *server, client *http.Client, filter string,
) (all []boardStatus, err error) {
	path := "/api/v1/statuses?limit=500&endpoint=" + r.endpoint.ID + filter
	for before := ""; ; {
		var page struct {
			Statuses []boardStatus
			Next     string
		}
		err := s.call(ctx, client, http.MethodGet, path+"&before="+before, http.StatusOK, nil, &page)
		all = append(all, page.Statuses...)
		if before = page.Next; before == "" || err != nil {
			return all, err
		}
	}
}

// checkSearch searches for a name in the dashboard. An order number that only one payment has is
// found with that payment, which shows the same.
func (r *payerRun) checkSearch(
	ctx context.Context, s *server, client *http.Client, link string, want *boardStatus,
) error {
	_, words, _ := strings.Cut(link, "/")
	all, err := r.list(ctx, s, client, "&q="+url.QueryEscape(words))
	if err != nil {
		return err
	}
	same := func(b boardStatus) bool {
		b.ID, b.Subject, b.Aliases, b.Reference = want.ID, want.Subject, want.Aliases, want.Reference
		return gocmp.Equal(b, *want)
	}
	if !slices.ContainsFunc(all, same) {
		return fmt.Errorf("a search for %q finds nothing that shows the same as %+v: %+v", words, want, all)
	}
	return nil
}

// matchBoard compares a status of the dashboard, which shows more than a link does.
func (w *shown) matchBoard(b *boardStatus) error {
	want := *w
	want.currency, want.open, want.denied, want.says, want.never = w.money(), false, false, "", ""
	switch want.state {
	case "paid", "partially_paid", "partially_refunded", "refunded", "fulfilled":
		want.captured = cmp.Or(want.captured, want.amount)
	}
	if want.held == 0 && want.state == "authorized" {
		want.held = want.amount
	}
	got := shown{
		state: b.State, amount: b.Amount, currency: b.Currency, due: b.Due, refunded: b.Refunded, captured: b.Captured,
		held: b.Held, dispute: b.Dispute, nothingDue: b.NothingDue, review: b.Review, late: b.Late,
	}
	if want.due == 0 {
		got.due = 0
	}
	if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(shown{})); diff != "" {
		return fmt.Errorf("it shows (-want +got):\n%s", diff)
	}
	if b.Unverified || b.Needs != (len(w.review) > 0) {
		return fmt.Errorf("unverified %t, needs review %t", b.Unverified, b.Needs)
	}
	return nil
}

// checkBoard compares the list of the dashboard and its counts.
func (r *payerRun) checkBoard(ctx context.Context, s *server, client *http.Client) error {
	list, err := r.list(ctx, s, client, "")
	if err != nil {
		return err
	}
	got, counts := map[string]string{}, map[string]int{}
	for _, b := range list {
		got[b.Subject] = b.State
		counts[b.State]++
	}
	if diff := gocmp.Diff(r.c.board, got); diff != "" {
		return fmt.Errorf("the dashboard lists (-want +got):\n%s", diff)
	}
	var counted struct{ Counts map[string]int }
	path := "/api/v1/statuses/counts?endpoint=" + r.endpoint.ID
	if err := s.call(ctx, client, http.MethodGet, path, http.StatusOK, nil, &counted); err != nil {
		return err
	}
	if diff := gocmp.Diff(counts, counted.Counts); diff != "" {
		return fmt.Errorf("the dashboard counts (-list +counts):\n%s", diff)
	}
	return nil
}
