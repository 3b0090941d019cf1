package trust_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
)

// TestOneEventIDIsOneEventForEver checks R3: 10,000 event ids are each sent three times, in random order by 48 clients,
// and the server is killed and restarted halfway. Exactly one delivery of each id is the first, and the two others must
// name it as duplicates. Forged requests with the same ids are sent in between: they are rejected (S7) and must not
// claim an id.
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
	// Each id occurs three times, in one random order.
	order := make([]int, 0, 3*ids)
	for range 3 {
		order = append(order, random.Perm(ids)...)
	}
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })

	// Both are filled from all responses and indexed by event number. mu guards them.
	var mu sync.Mutex
	firsts := make([]int64, ids)   // seq of the delivery that is not a duplicate
	claims := make([][]int64, ids) // duplicate_of of the other deliveries
	run := func(part []int) {
		client := newClient(t, senders)
		var all sync.WaitGroup
		for w := range senders {
			all.Go(func() {
				for i := w; i < len(part); i += senders {
					id := part[i]
					event := fmt.Sprintf("evt_%d", id)
					if i%16 == 0 { // a forged request, which must not claim the id
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
	// The kill in the middle shows that ids are remembered on disk.
	run(order[:len(order)/2])
	s.kill()
	s.start()
	run(order[len(order)/2:])

	// One first delivery per id, and two others that name it.
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
