package sample

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// Flow is the life of one payment at one provider, such as one that is paid and then refunded. The tests hold what
// state it ends in, in whatever order its events arrive.
type Flow struct {
	Name  string   // unique within the provider; the same name means the same for all providers
	Steps []string // names of samples, in the order in which they happen; the same name may occur twice
}

// Flows returns the flows of a provider, the most common first: empty if it reports no payments.
func Flows(p *provider.Provider) []Flow { return flows(p.ID) }

// FindFlow returns the flow of a provider with a name. An unknown name gives a *hook.Problem that lists the provider's
// flows.
func FindFlow(p *provider.Provider, name string) (Flow, error) {
	all := Flows(p)
	if i := slices.IndexFunc(all, func(f Flow) bool { return f.Name == name }); i >= 0 {
		return all[i], nil
	}
	problem := &hook.Problem{Kind: hook.ErrInvalid, Code: "unknown_flow",
		Detail: fmt.Sprintf("%s has no flows: its events report no payments.", p.Name)}
	if len(all) > 0 {
		names := make([]string, len(all))
		for i := range all {
			names[i] = all[i].Name
		}
		problem.Detail = fmt.Sprintf("No flow of this name exists. %s has these flows: %s.", p.Name,
			strings.Join(names, ", "))
	}
	return Flow{}, problem
}

// Play is a flow that happens to one payment. Each step of a play is one event: making the same step again gives the
// same event, as a provider sends it again. A Play does not change after NewPlay.
type Play struct {
	Flow     Flow
	provider *provider.Provider
	sampler  *Sampler
	run      string
}

// maxRun is the number of bytes that the name of a run may have.
const maxRun = 64

// NewPlay returns a play of a flow. All ids of the payment are derived from run, so that several calls of the API can
// play one flow, each one step; with an empty run the payment has ids that no other one has. Payments with the same
// reference have the same customer. Errors are a *hook.Problem: an unknown flow, or terms that are out of their limits.
func NewPlay(p *provider.Provider, flow, run string, t Terms) (*Play, error) {
	f, err := FindFlow(p, flow)
	if err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	if len(run) > maxRun {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "wrong_run",
			Detail: fmt.Sprintf("The name of a run can have at most %d bytes.", maxRun)}
	}
	play := &Play{Flow: f, provider: p, sampler: &Sampler{seed: randomSeed(), terms: t}, run: run}
	if run != "" {
		play.sampler.seed = seedOf("run", p.ID, run)
	}
	return play, nil
}

// Step makes one step, the first is 0. last is when the last step of the flow happens: each step happens one second
// before the next one, so that provider times ascend however fast the steps are sent, and none is in the future if last
// is now. A step that does not exist gives a *hook.Problem.
func (play *Play) Step(step int, last time.Time) (*hook.Record, error) {
	steps := play.Flow.Steps
	if step < 0 || step >= len(steps) {
		return nil, &hook.Problem{Kind: hook.ErrInvalid, Code: "unknown_step",
			Detail: fmt.Sprintf("The flow %s has the steps 0 to %d.", play.Flow.Name, len(steps)-1)}
	}
	at := last.Add(-time.Duration(len(steps)-1-step) * time.Second)
	event := seedOf("step", string(play.sampler.seed[:]), play.Flow.Name, strconv.Itoa(step))
	return play.sampler.makeEvent(play.provider, steps[step], nil, at, event)
}

// Subject returns the alias that a status link of the payment should name: the shop's own reference if the events carry
// one, because that is what shops know; else the order's id, else the payment's. It is "" if the events name nothing.
func (play *Play) Subject() (string, error) {
	var orders, payments []string
	for i := range play.Flow.Steps {
		r, err := play.Step(i, time.Unix(0, 0))
		if err != nil {
			return "", err
		}
		r.Event = "event" // statements need an id; it is part of no alias
		all, err := play.provider.Statements(&hook.Endpoint{Provider: play.provider.ID}, r)
		if err != nil {
			return "", err
		}
		for _, one := range all {
			if len(one.References) > 0 {
				return one.References[0], nil
			}
			orders, payments = append(orders, one.Orders...), append(payments, one.Aliases...)
		}
	}
	for _, aliases := range [][]string{orders, payments} {
		if len(aliases) > 0 {
			return aliases[0], nil
		}
	}
	return "", nil
}
