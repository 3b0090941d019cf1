package sqlite

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

func TestTokensAreStoredUntilTheyAreDeleted(t *testing.T) {
	s, _ := running(t, t.TempDir(), Options{})
	at := hook.Millis(1_790_000_000_000)
	all := []hook.Token{
		{ID: "tok_a", Name: "all", Hash: [32]byte{1}, Scopes: []hook.Scope{hook.ScopeRead, hook.ScopeStatusMint},
			CreatedAt: at, CreatedBy: "admin"},
		{ID: "tok_b", Name: "some", Hash: [32]byte{2}, Scopes: []hook.Scope{hook.ScopeWrite}, CreatedAt: at,
			CreatedBy: "local", Endpoints: hook.NewEndpointSet("ep_a", "ep_b"),
			ExpiresAt: hook.Millis(at.UnixMilli() + 1)},
		{ID: "tok_c", Name: "none", Hash: [32]byte{3}, Scopes: []hook.Scope{hook.ScopeSign}, CreatedAt: at,
			Endpoints: hook.NewEndpointSet()},
	}
	for _, one := range all {
		if err := s.AddToken(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.AddToken(t.Context(), hook.Token{ID: "tok_d", Hash: [32]byte{3}}); err == nil {
		t.Error("two tokens have one hash")
	}
	used := time.UnixMilli(at.UnixMilli() + 5)
	for _, id := range []hook.TokenID{"tok_b", "tok_x"} {
		if err := s.UseToken(t.Context(), id, used); err != nil {
			t.Error(err)
		}
	}
	for range 2 {
		if err := s.DeleteToken(t.Context(), "tok_a"); err != nil {
			t.Error(err)
		}
	}
	all[1].UsedAt = hook.Millis(used.UnixMilli())
	got, err := s.Tokens(t.Context())
	if diff := cmp.Diff(all[1:], got, cmp.AllowUnexported(hook.EndpointSet{})); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
