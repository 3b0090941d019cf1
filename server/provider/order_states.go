package provider

import "hookbeam/server/extract"

// orderStates returns a match for orders whose payment state depends on a status and on whether another field is set,
// such as the time of cancellation. If the field is set, the outcome of the status is replaced by flagged(outcome).
// A status that is not in states reports nothing.
func orderStates(field, status string, states extract.Outcomes,
	flagged func(extract.Outcome) extract.Outcome,
) extract.Match {
	all := make(extract.Outcomes, 2*len(states))
	for text, o := range states {
		all["/"+text], all["yes/"+text] = o, flagged(o)
	}
	return extract.StateFrom("?"+field+"+"+status, all)
}
