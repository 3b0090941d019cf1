package provider

import "testing"

// TestEveryChallengeIsSafe holds the rules of package challenge against all senders.
func TestEveryChallengeIsSafe(t *testing.T) {
	found := 0
	for _, p := range All() {
		for i := range p.Challenges {
			found++
			if bad := p.Challenges[i].Check(); bad != "" {
				t.Errorf("%s: challenge %d %s", p.ID, i, bad)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d challenges", found)
	}
}
