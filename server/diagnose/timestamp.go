package diagnose

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/signature"
)

// maxClockSkew is more than any clock is wrong by. A timestamp that is farther away is in another unit.
const maxClockSkew = 20 * 365 * 24 * time.Hour

// clockFix is the advice if a wrong clock is the likely cause.
const clockFix = "Synchronize the clocks of the sender and of this server, " +
	"or increase the endpoint's timestamp tolerance."

// addGenuine adds a finding for a delivery that verifies with one of the endpoint's secrets: it is too old, from
// the future, in another unit, or valid now.
func (d *diagnosis) addGenuine(s ownedSecret, f signature.Result) {
	c := Cause{Cause: "verified", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("The request is valid: the secret %q matches.", s.Label),
		Fix:     "No change is needed. If the delivery was rejected before, verify the endpoint's deliveries again."}
	skew, limit := f.Check.Skew, d.Endpoint.Tolerance
	switch {
	case !f.Check.Dated || limit == 0 || skew <= limit && skew >= -limit:
	case skew > maxClockSkew || skew < -maxClockSkew:
		c = d.otherUnit(s)
	case d.Saved != nil && d.Saved.TimeGuessed:
		c.Cause, c.Summary = "old", fmt.Sprintf("The signature is valid, but it was made %s ago, and the time of "+
			"receipt is not known.", humanDuration(skew))
		if skew < 0 {
			c.Cause, c.Summary = "clock", fmt.Sprintf("The signature is valid, but its time is %s ahead of this "+
				"computer's clock.", humanDuration(-skew))
		}
		c.Fix = "Pass the time of receipt with --at, or pass --tolerance 0s to accept any age."
	case skew < 0:
		c.Cause = "clock"
		c.Summary = fmt.Sprintf("The signature is valid, but the sender's clock is %s ahead of this server's.",
			humanDuration(-skew))
		c.Fix = clockFix
	case skew < 15*time.Minute:
		c.Cause, c.Summary = "clock", fmt.Sprintf("The signature is valid, but the request was signed %s before it "+
			"was received. A clock is wrong, or a queue delayed the request.", humanDuration(skew))
		c.Fix = clockFix
	default:
		c.Cause, c.Summary = "old", fmt.Sprintf("The signature is valid, but the request was signed %s before it "+
			"was received. An old request was sent again.", humanDuration(skew))
		c.Fix = "Have the sender sign and send the request again. To test with a stored request, set the endpoint's " +
			"tolerance to 0s temporarily."
	}
	d.addFinding(c)
}

// otherUnit returns the finding for a timestamp in another unit.
func (d *diagnosis) otherUnit(s ownedSecret) Cause {
	c := Cause{Cause: "timestamp_unit", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("The signature is valid, but its timestamp is not in the unit that %s uses.",
			d.provider.Name),
		Fix: "Configure the sender to write the timestamp as " + d.provider.Name +
			" does: in seconds, in milliseconds or as a date."}
	if d.provider.Signature.Custom == signature.CustomHMAC {
		c.Summary = "The signature is valid, but its timestamp is not in the unit that the endpoint's settings name."
		c.Fix = "Set unit to auto in the endpoint's settings."
		if unit := d.Endpoint.Settings["unit"]; unit == "" || unit == "auto" {
			c.Summary = "The signature is valid, but its timestamp has a form that cannot be read."
			c.Fix = "Configure the sender to write the timestamp as a number since 1970 or as a date in RFC 3339."
		}
	}
	return c
}

// otherTimestamp tries a timestamp that cannot be parsed as the plain text that was signed.
func (d *diagnosis) otherTimestamp() {
	if d.reason != hook.ReasonTimestampMalformed {
		return
	}
	// The provider's profile is shared, so a copy gets schemes in which the timestamp is a fixed text.
	undated := d.provider.Signature
	undated.Schemes, undated.Custom = nil, signature.NotCustom
	for _, sc := range d.schemes {
		if timestamp := d.timestampText(&sc); timestamp != "" && !strings.ContainsAny(timestamp, "{}") {
			undated.Schemes = append(undated.Schemes, sc.Undated(timestamp))
		}
	}
	for _, s := range d.own() {
		if len(undated.Schemes) == 0 {
			return
		}
		if _, ok := d.try(trial{&undated, d.Endpoint, d.registered(), s.Secret, d.Record}); ok {
			d.addFinding(d.otherUnit(s))
			return
		}
	}
}

// timestampText returns the timestamp of a scheme as it was sent, "" if there is none.
func (d *diagnosis) timestampText(sc *signature.Scheme) string {
	q := signature.NewRequest(d.Endpoint, d.Record, d.Context)
	defer q.Release()
	return sc.TimestampText(q)
}

// legacyScheme tries the schemes that count only if the endpoint's settings accept them.
func (d *diagnosis) legacyScheme() {
	if !slices.ContainsFunc(d.schemes, func(sc signature.Scheme) bool { return sc.Legacy }) {
		return
	}
	// The endpoint is shared, so a copy accepts the legacy schemes.
	e := *d.Endpoint
	if e.Settings = maps.Clone(e.Settings); e.Settings == nil {
		e.Settings = map[string]string{}
	}
	e.Settings["legacy"] = "accept"
	for _, s := range d.own() {
		if _, ok := d.try(trial{&d.provider.Signature, &e, d.registered(), s.Secret, d.Record}); ok {
			d.addFinding(Cause{Cause: "old_scheme", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("The secret %q matches, but the request is signed with an old scheme of %s "+
					"that can be forged.", s.Label, d.provider.Name),
				Fix: "Configure the sender to use its newer scheme, or set legacy to accept in the endpoint's " +
					"settings."})
			return
		}
	}
}

// humanDuration formats a duration for people, with one unit.
func humanDuration(t time.Duration) string {
	switch {
	case t < 2*time.Minute:
		return fmt.Sprintf("%d s", int(t.Seconds()))
	case t < 2*time.Hour:
		return fmt.Sprintf("%d min", int(t.Minutes()))
	case t < 48*time.Hour:
		return fmt.Sprintf("%d h", int(t.Hours()))
	default:
		return fmt.Sprintf("%d days", int(t.Hours()/24))
	}
}
