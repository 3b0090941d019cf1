package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/sample"
	"hookbeam/server/wire"
)

// flowFlags are the flags of trigger that concern flows. All but Flow require it.
type flowFlags struct {
	Flow      string        `help:"Send the life of one payment: paid, refunded, declined, 3ds, bank-debit, partial or dispute, as far as the provider has it." placeholder:"NAME"`
	Pace      time.Duration `help:"Time between two events of a flow." default:"1.2s" placeholder:"TIME"`
	Shuffle   bool          `help:"Send the events of a flow in random order, as a network may deliver them."`
	Seed      uint64        `help:"Order of --shuffle; default: a new one, which is printed." placeholder:"N"`
	Repeat    int           `help:"How often to send each event of a flow, up to 10, as a provider that retries." default:"1" placeholder:"N"`
	Reference string        `help:"The shop's number of the order that a flow pays." placeholder:"TEXT"`
	Amount    int64         `help:"Amount of a flow in minor units: 4900 is 49.00." placeholder:"N"`
	Currency  string        `help:"Currency of a flow." placeholder:"EUR"`
}

// The limits of flowFlags.
const (
	maxRepeat = 10
	maxPace   = time.Minute
)

// checkFlow checks the combination of flags. With --flow the second argument names the endpoint.
func (c *triggerCmd) checkFlow() error {
	wanted := c.Shuffle || c.Seed != 0 || c.Repeat != 1 || c.Reference != "" || c.Amount != 0 || c.Currency != ""
	switch {
	case c.Flow == "" && wanted:
		return usageErrorf("--shuffle, --seed, --repeat, --reference, --amount and --currency require --flow")
	case c.Flow == "":
		return nil
	case len(c.Set) > 0 || len(c.Header) > 0 || c.Count != 1:
		return usageErrorf("--flow decides what is sent: leave out --set, --header and --count")
	case c.Repeat < 1 || c.Repeat > maxRepeat:
		return usageErrorf("--repeat must be between 1 and %d", maxRepeat)
	case c.Pace < 0 || c.Pace > maxPace:
		return usageErrorf("--pace must be between 0s and %s", maxPace)
	case c.Type != "" && c.Endpoint != "" && c.Type != c.Endpoint:
		return usageErrorf("%s and --endpoint %s name two endpoints: name one", c.Type, c.Endpoint)
	}
	c.Endpoint = cmp.Or(c.Endpoint, c.Type)
	return nil
}

// flowRun sends the events of one payment and prints a line for each, with the delivery's seq where the response has
// it, and in the end the payer's status page and what it shows:
//
//	#7 payment_intent.created
//	#8 charge.succeeded
//	#9 charge.succeeded, a duplicate of #8
//	The payer's page: http://127.0.0.1:8080/status/…
//	It shows: paid, 49.00 EUR
type flowRun struct {
	*sender
	play    *sample.Play
	pace    time.Duration
	ordered bool // the events are sent as they happen
	refused int
	made    map[int]*hook.Record // by step: an event that is sent again has the same body
}

// runFlow plays a flow. It fails at once if a request gets no response, and at the end if a response was not 2xx.
func (c *triggerCmd) runFlow(ctx context.Context, p *provider.Provider, d Deps) error {
	play, err := sample.NewPlay(p, c.Flow, "", sample.Terms{
		Reference: c.Reference, Amount: c.Amount, Currency: strings.ToUpper(c.Currency),
	})
	if problem := (*hook.Problem)(nil); errors.As(err, &problem) {
		return usageErrorf("%s", problem.Detail)
	} else if err != nil {
		return err
	}
	t, err := c.resolveTarget(ctx, p, d)
	if err != nil {
		return err
	}
	s := sender{target: t, provider: p, client: newHTTPClient(), stdio: d.Stdio, json: c.JSON}
	defer s.client.CloseIdleConnections()
	run := flowRun{sender: &s, play: play, pace: c.Pace, ordered: !c.Shuffle, made: map[int]*hook.Record{}}
	order := c.order(len(play.Flow.Steps), d.Stdio.Err)
	if err := run.sendAll(ctx, order); err != nil {
		return err
	}
	if t.endpoint.ID != "" {
		if err := c.showPage(ctx, &run, d); err != nil {
			return err
		}
	}
	if run.refused > 0 {
		return fmt.Errorf("%d of %d events were refused: the response was not 2xx", run.refused, len(order))
	}
	return nil
}

// order returns which steps to send. With --shuffle it prints the seed that gives the same order again.
func (c *triggerCmd) order(steps int, errs io.Writer) (order []int) {
	for step := range steps {
		for range c.Repeat {
			order = append(order, step)
		}
	}
	if c.Shuffle {
		seed := c.Seed
		for seed == 0 {
			seed = uint64(rand.Uint32())
		}
		fmt.Fprintf(errs, "The order of --seed %d.\n", seed)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(order), func(i, j int) {
			order[i], order[j] = order[j], order[i]
		})
	}
	return order
}

// sendAll sends the steps in the given order, with the pace between them.
func (run *flowRun) sendAll(ctx context.Context, order []int) error {
	start := time.Now()
	for i, step := range order {
		if i > 0 && run.pace > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(run.pace):
			}
		}
		if err := run.sendStep(ctx, step, start); err != nil {
			return err
		}
	}
	return nil
}

// last returns when the last step happens if a step is sent now. A step happens now if the steps are sent as they
// happen and far enough apart; otherwise all of them have happened before the start.
func (run *flowRun) last(step int, start, now time.Time) time.Time {
	if run.ordered && run.pace >= time.Second {
		return now.Add(time.Duration(len(run.play.Flow.Steps)-1-step) * time.Second)
	}
	return start
}

// sendStep sends one step, for the first time or again.
func (run *flowRun) sendStep(ctx context.Context, step int, start time.Time) error {
	now := time.Now()
	if run.made[step] == nil {
		r, err := run.play.Step(step, run.last(step, start, now))
		if err != nil {
			return err
		}
		run.made[step] = r
	}
	one, err := run.sign(run.made[step], now)
	if err != nil {
		return err
	}
	if err := run.send(ctx, run.made[step], &one); err != nil {
		return err
	}
	if !one.accepted() {
		run.refused++
	}
	if run.json {
		return json.NewEncoder(run.stdio.Out).Encode(one)
	}
	_, err = fmt.Fprintln(run.stdio.Out, stepLine(&one))
	return err
}

// stepLine describes a response in one line: by the delivery's seq if the response is Hookbeam's usual one.
func stepLine(one *sent) string {
	var stored wire.StoredDelivery
	_ = json.Unmarshal([]byte(one.Answer), &stored) // a provider may want another response
	switch {
	case !one.accepted():
		return joinWords(one.Status, one.Type, one.Answer)
	case stored.Seq == 0:
		return joinWords(one.Status, one.Type)
	case stored.DuplicateOf != 0:
		return fmt.Sprintf("#%d %s, a duplicate of #%d", stored.Seq, one.Type, stored.DuplicateOf)
	}
	return fmt.Sprintf("#%d %s", stored.Seq, one.Type)
}

// showPage creates a link to the status page of the payment, and prints it and what it shows now.
func (c *triggerCmd) showPage(ctx context.Context, run *flowRun, d Deps) error {
	subject, err := run.play.Subject()
	if err != nil {
		return err
	}
	server, err := c.connect(ctx, c.Data, d.Version)
	if err != nil {
		return err
	}
	defer server.Close()
	link, err := server.NewTestLink(ctx, run.target.endpoint.ID, subject)
	if err != nil {
		return err
	}
	shown, err := publicStatus(ctx, run.client, link)
	if err != nil {
		return err
	}
	if run.json {
		return json.NewEncoder(run.stdio.Out).Encode(map[string]any{"subject": subject, "link": link, "shows": shown})
	}
	fmt.Fprintln(run.stdio.Out, "The payer's page:", link)
	if shown.Status == hook.StateWaiting {
		fmt.Fprintln(run.stdio.Err, "It still waits. A page shows nothing of events that were not verified: "+
			"give the endpoint a signing secret.")
	}
	_, err = fmt.Fprintln(run.stdio.Out, "It shows:", publicWords(shown))
	return err
}

// publicStatus reads what a status link shows. The server answers when the deliveries in its log have been read.
func publicStatus(ctx context.Context, web *http.Client, link string) (shown wire.PublicStatus, err error) {
	base, token, _ := strings.Cut(link, "/status/")
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/status/"+token+"?v=2", nil)
	if err != nil {
		return shown, fmt.Errorf("read the status page: %w", withoutURL(err))
	}
	response, err := web.Do(r)
	if err != nil {
		return shown, fmt.Errorf("read the status page: %w", withoutURL(err))
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return shown, fmt.Errorf("read the status page: the server returned %s", response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&shown); err != nil {
		return shown, fmt.Errorf("read the status page: %w", err)
	}
	return shown, nil
}

// publicWords describes what a page shows in a few words: "partially_refunded, 49.00 EUR, 24.50 EUR returned".
func publicWords(shown wire.PublicStatus) string {
	words := []string{strings.TrimSpace(string(shown.Status))}
	for _, one := range []struct {
		amount int64
		after  string
	}{{shown.Amount, ""}, {shown.Refunded, " returned"}} {
		if one.amount != 0 {
			words = append(words, sample.Decimal(one.amount, shown.Currency)+" "+shown.Currency+one.after)
		}
	}
	if shown.Title != "" {
		words = append(words, "“"+shown.Title+"”")
	}
	return strings.Join(words, ", ")
}
