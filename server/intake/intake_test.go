package intake

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hookbeam/server/hook"
)

// memoryStore holds endpoints and deliveries in memory. It implements EndpointStore and Log, and fails with broken.
type memoryStore struct {
	endpoints map[hook.EndpointID]hook.Endpoint
	records   []hook.Record
	broken    error
}

func (k *memoryStore) Endpoints(context.Context) ([]hook.Endpoint, error) {
	var all []hook.Endpoint
	for _, e := range k.endpoints {
		all = append(all, e)
	}
	return all, nil
}

func (k *memoryStore) PutEndpoint(_ context.Context, e hook.Endpoint) error {
	if k.broken == nil {
		k.endpoints[e.ID] = e
	}
	return k.broken
}

func (k *memoryStore) PutEndpoints(ctx context.Context, all []hook.Endpoint) (err error) {
	for _, e := range all {
		err = k.PutEndpoint(ctx, e)
	}
	return err
}

func (k *memoryStore) Append(r *hook.Record) error {
	r.Seq = hook.Seq(len(k.records) + 1)
	r.ID = hook.NewDeliveryID(r.Seq, r.Random)
	k.records = append(k.records, *r)
	return k.broken
}

func (k *memoryStore) EachRejected(_ context.Context, endpoint hook.EndpointID, do func(*hook.Record) error) error {
	released := map[hook.Seq]bool{}
	for _, r := range k.records {
		released[r.ReleaseOf] = true
	}
	for _, r := range slices.Clone(k.records) {
		if r.Endpoint != endpoint || r.Verdict != hook.Rejected || released[r.Seq] {
			continue
		}
		if err := do(&r); err != nil {
			return err
		}
	}
	return nil
}

func (k *memoryStore) NewestRejected(
	_ context.Context, endpoint hook.EndpointID, before hook.Seq, limit int,
) (page []hook.Delivery, err error) {
	err = k.EachRejected(context.Background(), endpoint, func(r *hook.Record) error {
		if r.Seq < before {
			page = slices.Insert(page, 0, r.Delivery)
		}
		return nil
	})
	return page[:min(limit, len(page))], err
}

func (k *memoryStore) Delivery(_ context.Context, id hook.DeliveryID) (hook.Record, error) {
	for _, r := range k.records {
		if r.ID == id {
			return r, k.broken
		}
	}
	return hook.Record{}, &hook.Problem{Kind: hook.ErrNotFound}
}

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// fixture is an Intake with its endpoints, over a store in memory and with a fake clock.
type fixture struct {
	*memoryStore
	at       time.Time
	all      *Endpoints
	intake   *Intake
	notified []hook.Endpoint
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	fx := &fixture{memoryStore: &memoryStore{endpoints: map[hook.EndpointID]hook.Endpoint{}}, at: noon}
	fx.load(t)
	return fx
}

func (fx *fixture) load(t *testing.T) {
	t.Helper()
	var err error
	now := func() time.Time { return fx.at }
	if fx.all, err = LoadEndpoints(t.Context(), fx.memoryStore, now, rand.Reader); err != nil {
		t.Fatal(err)
	}
	fx.all.Subscribe(func(e hook.Endpoint) { fx.notified = append(fx.notified, e) })
	fx.intake = New(fx.all, fx.memoryStore, now, address, nil)
}

func address(slug string) string { return "https://hooks.example.com/in/" + slug }

func (fx *fixture) create(t *testing.T, e hook.Endpoint) hook.Endpoint {
	t.Helper()
	e, err := fx.all.Create(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnEndpointNeedsOnlyAName(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "shop"})
	if !strings.HasPrefix(string(e.ID), "ep_") ||
		!strings.HasPrefix(e.Slug, "shop-") || len(e.Slug) != len("shop-")+slugTailLength ||
		e.Provider != "generic" || e.Verify != hook.Off || e.MaxBody != hook.DefaultMaxBody {
		t.Errorf("%+v", e)
	}
	fx.load(t) // as after a restart
	if at, ok := fx.all.At(e.Slug); !ok || at.ID != e.ID {
		t.Error("its address does not outlive a restart")
	}
}

func TestWhatNoEndpointMayBe(t *testing.T) {
	secret := func(s ...hook.Secret) hook.Endpoint { return hook.Endpoint{Name: "n", Secrets: s} }
	good := strings.Repeat("k", 16)
	for name, e := range map[string]hook.Endpoint{
		"no name":            {},
		"capitals":           {Name: "Shop"},
		"a slash":            {Name: "a/b"},
		"a hyphen at end":    {Name: "a-"},
		"41 characters":      {Name: strings.Repeat("a", 41)},
		"unknown provider":   {Name: "n", Provider: "nobody"},
		"unknown verify":     {Name: "n", Verify: "perhaps"},
		"negative tolerance": {Name: "n", Tolerance: -time.Second},
		"broken seconds":     {Name: "n", Tolerance: time.Millisecond},
		"too much body":      {Name: "n", MaxBody: hook.MostMaxBody + 1},
		"negative body":      {Name: "n", MaxBody: -1},
		"an error to answer": {Name: "n", Response: &hook.Response{Status: 302}},
		"empty secret":       secret(hook.Secret{Label: "a"}),
		"blank secret":       secret(hook.Secret{Label: "a", Value: " \n"}),
		"quotes as secret":   secret(hook.Secret{Label: "a", Value: `""`}),
		"no label":           secret(hook.Secret{Value: good}),
		"label twice":        secret(hook.Secret{Label: "a", Value: good}, hook.Secret{Label: "a", Value: good + "2"}),
	} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			var p *hook.Problem
			if _, err := fx.all.Create(t.Context(), e); !errors.As(err, &p) || !errors.Is(p.Kind, hook.ErrInvalid) ||
				p.Detail == "" {
				t.Errorf("gave %v", err)
			}
			if len(fx.endpoints) != 0 || len(fx.notified) != 0 {
				t.Error("something was stored or notified")
			}
		})
	}
}

func TestTwoLivingEndpointsCannotShareAName(t *testing.T) {
	fx := newFixture(t)
	first := fx.create(t, hook.Endpoint{Name: "shop"})
	if _, err := fx.all.Create(t.Context(), hook.Endpoint{Name: "shop"}); !errors.Is(err, hook.ErrConflict) {
		t.Errorf("gave %v", err)
	}
	if err := fx.all.Delete(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	fx.create(t, hook.Endpoint{Name: "shop"})
	if _, err := fx.all.Restore(t.Context(), first.ID); !errors.Is(err, hook.ErrConflict) {
		t.Errorf("restoring beside its namesake gave %v", err)
	}
}

func TestADeletedEndpointComesBackForAWhile(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "shop"})
	if err := fx.all.Delete(t.Context(), e.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := fx.all.At(e.Slug); ok || len(fx.all.List()) != 0 {
		t.Error("it is still there")
	}
	if err := fx.all.Delete(t.Context(), e.ID); !errors.Is(err, hook.ErrNotFound) {
		t.Errorf("deleting it again gave %v", err)
	}
	if _, err := fx.all.Restore(t.Context(), e.ID); err != nil {
		t.Fatal(err)
	}
	if back, ok := fx.all.At(e.Slug); !ok || back.ID != e.ID {
		t.Error("its address did not come back")
	}
	_ = fx.all.Delete(t.Context(), e.ID)
	fx.at = fx.at.Add(restoreWindow + time.Second)
	if _, err := fx.all.Restore(t.Context(), e.ID); !errors.Is(err, hook.ErrNotFound) {
		t.Errorf("restored too late: %v", err)
	}
}

func TestAChangeThatCannotBeStoredDoesNotCount(t *testing.T) {
	fx := newFixture(t)
	e := fx.create(t, hook.Endpoint{Name: "shop"})
	fx.broken = errors.New("disk full")
	e.Name = "other"
	if _, err := fx.all.Update(t.Context(), e); err == nil {
		t.Fatal("no error")
	}
	if now, _ := fx.all.Get(e.ID); now.Name != "shop" {
		t.Errorf("it is named %s", now.Name)
	}
}

func TestARejectedDeliveryIsKeptAndRefused(t *testing.T) {
	const secret = "0123456789abcdef"
	for name, c := range map[string]struct {
		verify hook.Verify
		kind   error
	}{"enforced": {hook.Enforce, hook.ErrForbidden}, "observed": {hook.Observe, nil}} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			secrets := []hook.Secret{{Label: "live", Value: secret}}
			e := fx.create(t, hook.Endpoint{Name: "shop", Verify: c.verify, Secrets: secrets})
			r := &hook.Record{Request: hook.Request{Headers: []hook.Header{{Name: "X-Webhook-Secret", Value: "wrong"}}}}
			_, refusal, err := fx.intake.Accept(&e, r)
			if err != nil || (refusal == nil) != (c.kind == nil) ||
				(refusal != nil && !errors.Is(refusal.Kind, c.kind)) {
				t.Errorf("refusal %v, error %v", refusal, err)
			}
			if len(fx.records) != 1 || fx.records[0].Verdict != hook.Rejected ||
				fx.records[0].Reason != "secret_mismatch" {
				t.Errorf("kept %+v", fx.records)
			}
		})
	}
}

func TestASignedAddressIsTheEndpointsOwnUnlessItNamesAnother(t *testing.T) {
	const key, body = "0123456789abcdef", `{"type":"payment.updated","event_id":"sq-1"}`
	for name, registered := range map[string]string{"its own": "", "another": "https://shop.example.com/hooks"} {
		t.Run(name, func(t *testing.T) {
			fx := newFixture(t)
			e := fx.create(t, hook.Endpoint{
				Name:      "shop",
				Provider:  "square",
				SignedURL: registered,
				Secrets:   []hook.Secret{{Label: "live", Value: key}},
			})
			address := registered
			if address == "" {
				address = "https://hooks.example.com/in/" + e.Slug
			}
			sum := hmac.New(sha256.New, []byte(key))
			_, _ = sum.Write([]byte(address + body))
			r := &hook.Record{
				Delivery: hook.Delivery{Method: "POST", Path: "/"},
				Request: hook.Request{Body: []byte(body), Headers: []hook.Header{
					{Name: "X-Square-Hmacsha256-Signature", Value: base64.StdEncoding.EncodeToString(sum.Sum(nil))}}},
			}
			if _, refusal, err := fx.intake.Accept(&e, r); err != nil || refusal != nil || r.Event != "sq-1" ||
				r.Type != "payment.updated" {
				t.Errorf("%v %v %+v", refusal, err, r.Delivery)
			}
		})
	}
}
