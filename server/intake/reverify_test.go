package intake

import (
	"testing"

	"hookbeam/server/hook"
)

const wrong, right = "the-wrong-secret-00", "the-right-secret-00"

func sentWith(secret, remote string) *hook.Record {
	return &hook.Record{Delivery: hook.Delivery{Method: "POST", Path: "/", ReceivedAt: hook.Millis(noon.UnixMilli())},
		Request: hook.Request{
			Remote:  remote,
			Headers: []hook.Header{{Name: "X-Webhook-Secret", Value: secret}},
			Body:    []byte("{}"),
		}}
}

func TestWhatVerifiesWithALaterSecretIsReleasedOnce(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "a", Secrets: []hook.Secret{{Label: "live", Value: wrong}}})
	for _, secret := range []string{right, "another-secret-000", right} {
		if _, refusal, err := fx.intake.Accept(&e, sentWith(secret, "192.0.2.1")); refusal == nil || err != nil {
			t.Fatal(refusal, err)
		}
	}
	e.Secrets = append(e.Secrets, hook.Secret{Label: "next", Value: right})
	if _, err := fx.all.Update(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		release bool
		want    ReverifyResult
		stored  int
	}{
		{false, ReverifyResult{Examined: 3, Verified: 2}, 3},
		{true, ReverifyResult{Examined: 3, Verified: 2, Released: 2}, 5},
		{true, ReverifyResult{Examined: 1}, 5},
	} {
		got, err := fx.intake.Reverify(t.Context(), e.ID, c.release)
		if got != c.want || err != nil || len(fx.records) != c.stored {
			t.Errorf("step %d: %+v, %v, %d stored; want %+v, %d stored", i, got, err, len(fx.records), c.want, c.stored)
		}
	}
	for i, of := range []hook.Seq{1, 3} {
		r := fx.records[3+i]
		if r.ReleaseOf != of || r.Verdict != hook.Verified || r.Secret != "next" || r.Reason != "" ||
			!r.ReceivedAt.Equal(noon) {
			t.Errorf("released as %+v", r.Delivery)
		}
	}
}

func TestVerifyingAgainAsksForALivingEndpoint(t *testing.T) {
	fx := newFixture(t)
	if _, err := fx.intake.Reverify(t.Context(), "ep_none", true); err == nil {
		t.Error("there was one")
	}
}
