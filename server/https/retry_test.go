package https

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mholt/acmez/v3/acme"
)

// TestAnAuthorityIsAskedAgainSlowlyAfterItRefused keeps the limits of public authorities.
func TestAnAuthorityIsAskedAgainSlowlyAfterItRefused(t *testing.T) {
	refused := errors.Join(
		errors.New("order"),
		acme.Problem{Status: 403, Type: acme.ProblemTypeUnauthorized, Detail: "no"},
	)
	limited := acme.Problem{Status: 429, Type: acme.ProblemTypeRateLimited}
	broken := acme.Problem{Status: 500, Type: acme.ProblemTypeServerInternal}
	var inFirstHour time.Duration
	attempts := 1
	for failed := range 20 {
		if inFirstHour += retryAfter(failed, refused); inFirstHour < time.Hour {
			attempts++
		}
		if silence := retryAfter(failed, broken); silence < afterSilence || silence > longestSilence {
			t.Errorf("after failure %d it waits %v", failed, silence)
		}
	}
	if attempts > 5 {
		t.Errorf("%d attempts in the first hour", attempts)
	}
	if got := retryAfter(0, limited); got != time.Hour {
		t.Errorf("after a rate limit it waits %v", got)
	}
	if got := explain(refused); !strings.HasSuffix(got, "no") || strings.Contains(got, "order") {
		t.Errorf("explained as %q", got)
	}
	for _, err := range []error{refused, limited, broken, &url.Error{Op: "Get", Err: io.EOF}, io.EOF} {
		if advice("hooks.example.com", err) == "" {
			t.Errorf("no advice for %v", err)
		}
	}
}

// TestARenewalThatWasRefusedWaits plays certmagic, which would try again after a minute, and again after two.
func TestARenewalThatWasRefusedWaits(t *testing.T) {
	var log strings.Builder
	now := time.Now()
	a, err := NewACME(
		ACMEOptions{Folder: t.TempDir(), Domains: []string{"hooks.example.com"}, Client: http.DefaultClient,
			Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now }},
	)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	note := func(event string, err error) error {
		return a.note(context.Background(), event, map[string]any{"identifier": "hooks.example.com", "renewal": true,
			"error": err, "remaining": 240 * time.Hour})
	}
	refused := acme.Problem{Status: 403, Type: acme.ProblemTypeUnauthorized, Detail: "no"}
	for _, pause := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute} {
		if err := note("cert_obtaining", nil); err != nil {
			t.Errorf("an attempt is refused: %v", err)
		}
		if err := note("cert_failed", refused); err != nil {
			t.Error(err)
		}
		if c := a.List()[0]; c.Failure == "" || !c.NextTry.Equal(now.Add(pause)) {
			t.Errorf("reported: %+v", c)
		}
		if now = now.Add(pause - time.Second); note("cert_obtaining", nil) == nil {
			t.Errorf("after %v there is another attempt", pause-time.Second)
		}
		now = now.Add(time.Second)
	}
	if !strings.Contains(log.String(), "the old one stays in use") ||
		!strings.Contains(log.String(), "expires_in=240h0m0s") {
		t.Errorf("logged: %s", log.String())
	}
	if err := note("cert_obtained", nil); err != nil || a.List()[0].Failure != "" {
		t.Errorf("after a renewal: %+v, %v", a.List(), err)
	}
}
