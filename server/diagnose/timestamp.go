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

// decades is more than any clock is off by: a time that far away is written in another unit.
const decades = 20 * 365 * 24 * time.Hour

// tellGenuine tells of a signature that a secret of the endpoint fits as it is.
func (d *diagnosis) tellGenuine(s owned, f signature.Result) {
	c := Cause{Cause: "verified", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("It is genuine: the secret %q fits.", s.Label),
		Fix:     "Nothing is wrong with it. If it was rejected before, verify the endpoint's deliveries again."}
	skew, limit := f.Check.Skew, d.Endpoint.Tolerance
	switch {
	case !f.Check.Dated || limit == 0 || skew <= limit && skew >= -limit:
	case skew > decades || skew < -decades:
		c = d.otherUnit(s)
	case skew < 0:
		c.Cause, c.Summary = "clock", fmt.Sprintf("Genuine, but its clock is %s ahead of this server's.", long(-skew))
		c.Fix = "Set the clocks of sender and server by a time server, or raise the endpoint's tolerance."
	case skew < 15*time.Minute:
		c.Cause, c.Summary = "clock", fmt.Sprintf("Genuine, but it was signed %s before it came: a clock "+
			"that is off, or a queue between.", long(skew))
		c.Fix = "Set the clocks of sender and server by a time server, or raise the endpoint's tolerance."
	default:
		c.Cause, c.Summary = "old", fmt.Sprintf("Genuine, but it was signed %s before it came: an old "+
			"request sent again.", long(skew))
		c.Fix = "Have the sender send it anew. If it is a test of a stored request, set the endpoint's " +
			"tolerance to 0s for a while."
	}
	d.tell(c)
}

// otherUnit is the finding of a timestamp in another unit.
func (d *diagnosis) otherUnit(s owned) Cause {
	return Cause{Cause: "timestamp_unit", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
		Summary: fmt.Sprintf("Genuine, but its time is written in another unit than %s writes.", d.provider.Name),
		Fix: "Have the sender write the time as " + d.provider.Name +
			" does: in seconds, in milliseconds, or as a date."}
}

// otherTime takes a time that cannot be read as the text that was signed.
func (d *diagnosis) otherTime() {
	if d.reason != hook.ReasonTimestampMalformed {
		return
	}
	undated := d.provider.Signature
	undated.Schemes, undated.Custom = nil, false
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
			d.tell(d.otherUnit(s))
			return
		}
	}
}

// timestampText is the timestamp of a scheme as it was sent, "" where it has none.
func (d *diagnosis) timestampText(sc *signature.Scheme) string {
	q := signature.NewRequest(d.Endpoint, d.Record, d.Context)
	defer q.Release()
	return sc.TimestampText(q)
}

// oldWay tries the ways to sign that count only where the endpoint's settings accept them.
func (d *diagnosis) oldWay() {
	if !slices.ContainsFunc(d.schemes, func(sc signature.Scheme) bool { return sc.Legacy }) {
		return
	}
	e := *d.Endpoint
	if e.Settings = maps.Clone(e.Settings); e.Settings == nil {
		e.Settings = map[string]string{}
	}
	e.Settings["legacy"] = "accept"
	for _, s := range d.own() {
		if _, ok := d.try(trial{&d.provider.Signature, &e, d.registered(), s.Secret, d.Record}); ok {
			d.tell(Cause{Cause: "old_scheme", Endpoint: s.of.ID, Secret: s.Label, genuine: true,
				Summary: fmt.Sprintf("The secret %q fits, but it is signed in an old way of %s's that can "+
					"be forged.", s.Label, d.provider.Name),
				Fix: "Have the sender sign in its newer way, or set legacy to accept in the endpoint's settings."})
			return
		}
	}
}

// long writes a duration as people say it.
func long(t time.Duration) string {
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
