package trust_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
)

// TestOneEventIDIsOneEventForEver is promise R3: 10,000 ids, each sent three times in random order by many at once,
// across a restart; and, as S7 wants, one that nobody signed claims nothing.
func TestOneEventIDIsOneEventForEver(t *testing.T) {
	t.Parallel()
	const senders = 48
	ids := scaled(10_000)
	if testing.Short() {
		ids = 1000
	}
	s := serve(t)
	secret := map[string]any{"label": "live", "value": "a-secret-that-nobody-guesses"}
	e := s.make(map[string]any{"name": "events", "secrets": []any{secret}})
	address := e.in(s)
	random := rand.New(rand.NewPCG(3, 4))
	order := make([]int, 0, 3*ids)
	for range 3 {
		order = append(order, random.Perm(ids)...)
	}
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	var mu sync.Mutex
	firsts := make([]int64, ids)   // seq of the one that is no duplicate
	claims := make([][]int64, ids) // what the others say the first was
	run := func(part []int) {
		client := newClient(t, senders)
		var all sync.WaitGroup
		for w := range senders {
			all.Go(func() {
				for i := w; i < len(part); i += senders {
					id := part[i]
					event := fmt.Sprintf("evt_%d", id)
					if i%16 == 0 { // a forger, who must not be believed
						status, _, text, err := send(t.Context(), client, address, "forged", "Webhook-Id", event,
							"X-Webhook-Secret", "wrong")
						if err != nil || status != http.StatusForbidden {
							t.Errorf("a wrong secret is answered %d %s (%v), not 403", status, text, err)
						}
					}
					answer, err := deliver(t.Context(), client, address, fmt.Sprint(id), "Webhook-Id", event,
						"X-Webhook-Secret", "a-secret-that-nobody-guesses")
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if answer.DuplicateOf != 0 {
						claims[id] = append(claims[id], answer.DuplicateOf)
					} else if firsts[id] == 0 {
						firsts[id] = answer.Seq
					} else {
						t.Errorf("%s came first twice: %d and %d", event, firsts[id], answer.Seq)
					}
					mu.Unlock()
				}
			})
		}
		all.Wait()
	}
	run(order[:len(order)/2])
	s.kill()
	s.start()
	run(order[len(order)/2:])

	for id, first := range firsts {
		for _, claim := range claims[id] {
			if claim != first {
				t.Errorf("evt_%d came first as %d, but a duplicate says %d", id, first, claim)
			}
		}
		if first == 0 || len(claims[id]) != 2 {
			t.Errorf("evt_%d: first %d with %d duplicates, not one first with two", id, first, len(claims[id]))
		}
	}
}
