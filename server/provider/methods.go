package provider

import (
	"slices"

	"hookbeam/server/extract"
	"hookbeam/server/hook"
)

// methodsBy returns a match for Rule.Marks that sets the family of payment methods by the text of a field. A text that
// no family lists sets none: a page then names neither a card nor a bank.
func methodsBy(at string, families map[hook.Method][]string) extract.Match {
	outcomes := extract.Outcomes{}
	for family, texts := range families {
		for _, text := range texts {
			outcomes[text] = extract.Outcome{Method: family}
		}
	}
	return extract.Choose(at, outcomes, extract.Outcome{})
}

// withMarks returns a copy of rules each of which also has these marks.
func withMarks(rules extract.Rules, marks ...extract.Match) extract.Rules {
	all := slices.Clone(rules)
	for i := range all {
		all[i].Marks = slices.Concat(all[i].Marks, marks)
	}
	return all
}

// more returns a match that reports a kind of evidence if the number at a selector is more than 0. A sum that is 0 or
// missing reports nothing; without this check a refund of no amount would count as one of everything.
func more(at string, kind hook.EvidenceKind) extract.Match {
	return extract.IfLess("const:0", at, extract.Outcome{Kind: kind})
}
