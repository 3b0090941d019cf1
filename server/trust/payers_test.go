package trust_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/datafile"
)

// payerCase is the life of an order or payment: events of one provider, and what must be shown after all of them,
// whatever the order in which they arrive and however often.
type payerCase struct {
	name, provider string
	settings       map[string]string // of the provider
	statuses       map[string]any    // the endpoint's rules for statuses
	account        string            // the account at the provider that its events name
	events         []sentEvent
	shows          map[string]shown  // by the link's subject; "order/1001 of acct_1" names an account as well
	board          map[string]string // the list of the dashboard: subjects and their states
}

// TestAPayerReadsWhatIsTrue sends lives of payments to the binary, signed as their providers sign, in every order, and
// reads what a payer and the shop read. The cases are of those kinds in which a wrong page does most harm: money was
// taken, is held, or is on its way.
func TestAPayerReadsWhatIsTrue(t *testing.T) {
	t.Parallel()
	playCases(t, payerCases())
}

// TestAPayerReadsWhatIsTrueOfReportedPayments is TestAPayerReadsWhatIsTrue for payloads that were reported with the
// right answer. They are not part of this project.
func TestAPayerReadsWhatIsTrueOfReportedPayments(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("HOOKBEAM_SHARED")
	if shared == "" {
		t.Skip("NOT TESTED: what payers read of reported payments, because HOOKBEAM_SHARED is not set")
	}
	few := readReported(t, shared)
	var many []payerCase
	few = slices.DeleteFunc(few, func(c payerCase) bool {
		if len(c.events) <= fewEvents {
			return false
		}
		many = append(many, c)
		return true
	})
	t.Run("few events", func(t *testing.T) { playCases(t, few) })
	t.Run("many events", func(t *testing.T) { playCases(t, many) })
}

// fewEvents is how many events a case may have that is sent in every order.
const fewEvents = 6

// payerSenders is how many endpoints are sent to, and read, at the same time.
const payerSenders = 24

// payerRun is one order of arrival of a case. It has an endpoint of its own, so that one server serves all.
type payerRun struct {
	c        *payerCase
	order    []int // indices of events, some of them twice
	first    bool  // of its case
	endpoint endpoint
	public   map[string]string // by language and link: the JSON that it shows
}

// playCases sends all runs of all cases to one server, waits until the statuses contain all of it, and checks each run.
// A case reports the first order of arrival that is shown wrongly, and how many more there are.
func playCases(t *testing.T, cases []payerCase) {
	t.Helper()
	s := serve(t)
	client := newClient(t, payerSenders)
	signers := map[string]*signer{}
	var runs []*payerRun
	for i := range cases {
		c := &cases[i]
		if signers[c.provider] == nil {
			g, err := newSigner(c.provider)
			if err != nil {
				t.Fatal(err)
			}
			signers[c.provider] = g
		}
		for n, order := range arrivals(c.name, len(c.events)) {
			runs = append(runs, &payerRun{c: c, order: order, first: n == 0})
		}
	}
	began := time.Now()
	deliveries := 0
	failures := make([]error, len(runs))
	inParallel(len(runs), func(i int) {
		failures[i] = runs[i].deliver(t.Context(), s, client, signers[runs[i].c.provider], i)
	})
	for i, err := range failures {
		if deliveries += len(runs[i].order); err != nil {
			t.Fatalf("%s: %v", runs[i].c.name, err)
		}
	}
	awaitStatuses(s)
	sent := time.Now()
	inParallel(len(runs), func(i int) { failures[i] = runs[i].check(t.Context(), s, client, i) })
	t.Logf("%d cases in %d orders of arrival: %d deliveries in %.1f s, read in %.1f s", len(cases), len(runs),
		deliveries, sent.Sub(began).Seconds(), time.Since(sent).Seconds())
	for i := range cases {
		t.Run(cases[i].name, func(t *testing.T) { reportCase(t, &cases[i], runs, failures) })
	}
}

// reportCase fails for the first run of a case that went wrong, and counts the others. Every run must show exactly what
// the first one does, times and history included.
func reportCase(t *testing.T, c *payerCase, runs []*payerRun, failures []error) {
	t.Helper()
	var first *payerRun
	wrong, all := 0, 0
	for i, r := range runs {
		if r.c != c {
			continue
		}
		err := failures[i]
		if first == nil && err == nil {
			first = r
		}
		for link, text := range r.public {
			if diff := cmp.Diff(first.publicOf(link, text), text); err == nil && diff != "" {
				err = fmt.Errorf("%s shows something else than in the order %v (-that +this):\n%s", link, first.order,
					diff)
			}
		}
		if all++; err == nil {
			continue
		}
		if wrong++; wrong == 1 {
			t.Errorf("in the order %v: %v", r.order, err)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d orders of arrival are shown wrongly", wrong, all)
	}
}

// publicOf returns what the run read of a link in a language, or other if it read nothing.
func (r *payerRun) publicOf(link, other string) string {
	if r == nil || r.public[link] == "" {
		return other
	}
	return r.public[link]
}

// arrivals returns all orders of n events, or random ones of more than six, and repeats up to two events of each. The
// seed is the case's name, so an order that failed comes again.
func arrivals(name string, n int) (all [][]int) {
	h := fnv.New64()
	_, _ = h.Write([]byte(name))
	random := rand.New(rand.NewPCG(h.Sum64(), 1))
	if n > fewEvents {
		for range randomArrivals() {
			all = append(all, random.Perm(n))
		}
	} else {
		all = permutations(n)
	}
	for i, order := range all {
		for range random.IntN(3) {
			order = slices.Insert(order, random.IntN(len(order)+1), order[random.IntN(len(order))])
		}
		all[i] = order
	}
	return all
}

// randomArrivals is how many orders of arrival a case has with more than six events: fewer with the race detector,
// which makes the binary several times slower.
func randomArrivals() int {
	if withRace || testing.Short() {
		return scaled(10)
	}
	return scaled(200)
}

// permutations returns every order of n things.
func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{{}}
	}
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(shorter), at, n-1))
		}
	}
	return all
}

// inParallel calls do for 0 to n-1, for payerSenders of them at the same time.
func inParallel(n int, do func(int)) {
	next := make(chan int)
	var all sync.WaitGroup
	for range min(n, payerSenders) {
		all.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
}

// deliver makes the run's endpoint and sends the events one after the other: each is stored before the next is sent.
func (r *payerRun) deliver(ctx context.Context, s *server, client *http.Client, g *signer, number int) error {
	facts := map[string]any{
		"name": fmt.Sprintf("payers-%d", number), "provider": r.c.provider,
		"secrets": []any{map[string]any{"label": "live", "value": g.held}},
	}
	if r.c.settings != nil {
		facts["settings"] = r.c.settings
	}
	if r.c.statuses != nil {
		facts["statuses"] = r.c.statuses
	}
	err := s.call(ctx, client, http.MethodPost, "/api/v1/endpoints", http.StatusCreated, facts, &r.endpoint)
	for _, i := range r.order {
		if err == nil {
			err = g.send(ctx, client, s, r.endpoint, r.c.settings, r.c.events[i])
		}
	}
	return err
}

// awaitStatuses waits until the statuses contain every delivery in the log, as the control channel reports it.
func awaitStatuses(s *server) {
	s.t.Helper()
	eventually(s.t, "the statuses contain every delivery", func() bool {
		var debug struct {
			Positions struct{ Head, Statuses int64 }
		}
		if err := s.control("/control/v1/debug", &debug); err != nil {
			s.t.Fatal(err)
		}
		return debug.Positions.Head > 0 && debug.Positions.Statuses >= debug.Positions.Head
	})
}

// control gets JSON over the control channel of the server's data folder, as a command on the same machine does.
func (s *server) control(path string, out any) error {
	text, err := s.controlText(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, out)
}

// controlText gets the body of an answer over the control channel.
func (s *server) controlText(path string) ([]byte, error) {
	conn, token, err := datafile.DialControl(s.t.Context(), s.data)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "http://localhost"+path, nil)
	if err != nil {
		return nil, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	request.Close = true
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s over the control channel: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}
