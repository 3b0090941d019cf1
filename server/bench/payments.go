//go:build linux

package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// paymentSecret signs the payment events.
const paymentSecret = "whsec_0123456789abcdef0123456789abcdef"

// shop is an endpoint for Stripe payments with a key for status links. It verifies signatures, so that each event costs
// what it costs in production.
type shop struct {
	*server
	id, key string // the endpoint's id, and the key that signs its links
}

// openShop creates the endpoint and its link key, and makes the endpoint the target of further posts.
func (s *server) openShop() (*shop, error) { return s.openShopWith(map[string]any{}) }

// openShopWith is openShop with settings for statuses, as the API names them.
func (s *server) openShopWith(statuses map[string]any) (*shop, error) {
	var made struct{ ID, URL string }
	err := s.call("POST", "/api/v1/endpoints", map[string]any{"name": "shop", "provider": "stripe",
		"secrets":  []map[string]string{{"label": "live", "value": paymentSecret}},
		"statuses": statuses}, &made)
	if err != nil {
		return nil, err
	}
	if err := s.postTo(made.URL); err != nil {
		return nil, err
	}
	var key struct{ Key string }
	err = s.call("POST", "/api/v1/endpoints/"+made.ID+"/link-keys", map[string]any{}, &key)
	return &shop{server: s, id: made.ID, key: key.Key}, err
}

// postTo makes a webhook URL the target of further posts.
func (s *server) postTo(address string) error {
	u, err := url.Parse(address)
	if err == nil {
		s.in = u.Path
	}
	return err
}

// call makes an API call as administrator with a JSON body and decodes the JSON response, unless into is nil. A status
// over 299 is an error.
func (s *server) call(method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, "http://"+s.addr+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+adminToken)
	r.Header.Set("Content-Type", "application/json")
	client := http.Client{Timeout: requestTime}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	answered, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode > 299 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, answer.Status, answered)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answered, into)
}

// stages are the event types of one payment, in order. Every later stage is a refund of one more euro.
var stages = []string{"payment_intent.created", "payment_intent.processing", "payment_intent.succeeded"}

// paymentEvent is a signed request with the event of a stage of payment n, with a body of 1 KiB. It is signed with the
// current time, so it must be made when it is sent.
func (s *server) paymentEvent(n, stage int) []byte {
	// A refund names the total refunded so far, so each one changes the status.
	typ, object := "charge.refunded", fmt.Sprintf(`{"id":"ch_%d","payment_intent":"pi_%d","captured":true`+
		`,"amount":490000,"amount_refunded":%d,"currency":"eur"`, n, n, 100*(stage-len(stages)+1))
	if stage < len(stages) {
		typ, object = stages[stage], fmt.Sprintf(`{"id":"pi_%d","object":"payment_intent","amount":490000`+
			`,"amount_received":490000,"currency":"eur","metadata":{"order_id":"10-%d"}`, n, n)
	}
	// The signature is over the time and the body, as in Stripe's scheme v1.
	now := strconv.FormatInt(time.Now().Unix(), 10)
	head := fmt.Sprintf(`{"id":"evt_%d_%d","object":"event","created":%s,"livemode":true,"type":%q`+
		`,"data":{"object":%s,"note":"`, n, stage, now, typ, object)
	// Fill the note up to 1 KiB.
	text := head + strings.Repeat("0123456789abcdef", 64)[:max(0, 1024-len(head)-4)] + `"}}}`
	m := hmac.New(sha256.New, []byte(paymentSecret))
	_, _ = io.WriteString(m, now+"."+text)
	return []byte("POST " + s.in + " HTTP/1.1\r\nHost: " + s.addr +
		"\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nStripe-Signature: t=" +
		now + ",v1=" + hex.EncodeToString(m.Sum(nil)) + "\r\nContent-Length: " + strconv.Itoa(len(text)) +
		"\r\n\r\n" + text)
}

// payments returns a function that makes the events of many payments, as many in progress at the same time as there are
// connections. Each payment gets its events in order.
func (s *server) payments() func() []byte {
	i := -1
	return func() []byte {
		i++
		// Consecutive events belong to different payments: payment by payment within a stage.
		round := i / connections
		return s.paymentEvent(round/len(stages)*connections+i%connections, round%len(stages))
	}
}

// statuses measures receiving with statuses: a closed loop of payment events that are verified, stored, and applied to
// statuses. It reports CPU per event in µs, including the CPU until all statuses are updated, and events per second.
// The yardstick "null" gets the same requests and does nothing with them.
func (b *bench) statuses() error {
	sides, end, err := b.sides(connections, func() (*server, error) { return b.startYardstick("null") }, b.serve)
	defer end()
	if err != nil {
		return err
	}
	if _, err := sides[1].openShop(); err != nil {
		return err
	}
	for _, sd := range sides {
		sd.posters.next = sd.payments()
	}
	for round := range b.rounds + 1 {
		for _, sd := range sides {
			before, had := sd.server.cpu(), len(sd.rate)
			if err := sd.flood(b.window); err != nil {
				return err
			}
			if sd.name == "hookbeam" { // add the CPU until all statuses are updated
				flooded := (sd.server.cpu() - before) * 1e6
				if err := sd.awaitStatuses(); err != nil {
					return err
				}
				// flood has added the CPU per event without the statuses; scale it up to include them.
				sd.cpu[had] *= (sd.server.cpu() - before) * 1e6 / flooded
			}
			if round == 0 {
				sd.dropWarmUp()
			}
		}
	}
	null, hookbeam := sides[0], sides[1]
	multiple := median(ratios(hookbeam.cpu, null.cpu))
	b.table.add(row{what: "receiving payments, with statuses: CPU each",
		measured: fmt.Sprintf("%.1f µs at %.0f /s", median(hookbeam.cpu), median(hookbeam.rate)),
		against:  fmt.Sprintf("null %.1f at %.0f", median(null.cpu), median(null.rate)), ratio: multiple,
		value: multiple, must: 3.5, aim: 2.8})
	return nil
}

// awaitStatuses waits until all received events have been applied to the statuses. The request itself waits for that,
// for up to a second, so a response that comes sooner means that all are applied. No reader is connected during this
// load, so nothing is encoded for readers.
func (s *server) awaitStatuses() error {
	for limit := time.Now().Add(startLimit); time.Now().Before(limit); {
		began := time.Now()
		if err := s.get("/api/v1/statuses/counts", &struct{}{}); err != nil {
			return err
		}
		if time.Since(began) < time.Second*9/10 {
			return nil
		}
	}
	return errors.New("what was received is not applied in time")
}

// token returns the token of a status link, signed as a shop's back end would.
func (s *shop) token(subject string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString(
			fmt.Appendf(nil, `{"ep":%q,"sub":%q,"exp":%d}`, s.id, subject, time.Now().Add(time.Hour).Unix()))
	m := hmac.New(sha256.New, []byte(s.key))
	_, _ = io.WriteString(m, text)
	return text + "." + base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// payer is an open status page of one payment: its WebSocket, as in a payer's browser. Several goroutines use it: one
// reads, one posts events.
type payer struct {
	ws      *websocket.Conn
	due     atomic.Int64       // when its next event is due, in nanoseconds since 1970; 0: none
	changed chan time.Duration // per event, the time from due to the update; closed with the WebSocket
}

// pages measures the latency that a payer sees: 1,000 pages are open, each on its own payment, and 200 events per
// second change one of them at a time. It reports p50 and p99 in ms, from the time the event was due to the update at
// the page. There is no yardstick; bounds are absolute.
func (b *bench) pages() error {
	const perSecond = 200
	s, err := b.serve()
	if err != nil {
		return err
	}
	defer s.stop()
	shop, err := s.openShop()
	if err != nil {
		return err
	}
	open := make([]*payer, b.plan.readers)
	defer func() {
		for _, p := range open {
			if p != nil {
				_ = p.ws.Close()
			}
		}
	}()
	for i := range open {
		if open[i], err = shop.page(i); err != nil {
			return err
		}
	}
	times, err := shop.movePayments(open, perSecond, time.Duration(b.rounds)*b.latency)
	if err != nil {
		return err
	}
	// addTimes needs a side; 1 ms makes its ratio the latency itself.
	yard := &side{server: &server{name: "–"}, p50: []float64{1}, p99: []float64{1}}
	b.addTimes(fmt.Sprintf("POST to its payer's page, %d open, %d/s", len(open), perSecond),
		&side{p50: []float64{percentile(times, 0.5)}, p99: []float64{percentile(times, 0.99)}}, yard,
		[2]float64{10, 3}, [2]float64{50, 10})
	return nil
}

// page opens the page of payment n by its order number. The payment does not exist yet, so the first message is
// "waiting".
func (s *shop) page(n int) (*payer, error) {
	// Payers have different loopback addresses, so that the limits per address do not apply.
	from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+n/200), byte(1+n%200))}}
	dialer := websocket.Dialer{NetDialContext: from.DialContext}
	ws, answer, err := dialer.Dial("ws://"+s.addr+"/api/v1/status/"+s.token(fmt.Sprintf("order/10-%d", n))+"/live", nil)
	if err != nil {
		return nil, err
	}
	_ = answer.Body.Close()
	p := &payer{ws: ws, changed: make(chan time.Duration, 1)}
	if _, _, err := ws.ReadMessage(); err != nil { // waiting
		return nil, err
	}
	go func() {
		for last := []byte(nil); ; {
			_, text, err := ws.ReadMessage()
			if err != nil {
				close(p.changed)
				return
			}
			// Only the first changed message after an event counts; others are heartbeats or repetitions.
			if due := p.due.Swap(0); due != 0 && !bytes.Equal(text, last) {
				p.changed <- time.Duration(time.Now().UnixNano() - due)
			}
			last = slices.Clone(text)
		}
	}()
	return p, nil
}

// movePayments sends one event after another for d, at fixed times and to one payment after the other, and returns how
// long after its event was due each page showed it. The events are sent on eight connections.
func (s *shop) movePayments(open []*payer, perSecond int, d time.Duration) ([]time.Duration, error) {
	step := time.Second / time.Duration(perSecond)
	const lanes = 8
	all, errs := make([][]time.Duration, lanes), make([]error, lanes)
	begin := time.Now().Add(20 * time.Millisecond)
	var threads sync.WaitGroup
	for lane := range lanes {
		threads.Go(func() {
			fd, err := dial(s.addr)
			if err != nil {
				errs[lane] = err
				return
			}
			c, buffer := &poster{fd: fd}, make([]byte, 4096)
			// Lane i sends the events i, i+lanes and so on. Events of one payment are far apart.
			for i := lane; time.Duration(i)*step < d; i += lanes {
				p, request := open[i%len(open)], s.paymentEvent(i%len(open), i/len(open))
				due := begin.Add(time.Duration(i) * step)
				sleepThread(time.Until(due))
				p.due.Store(due.UnixNano())
				if errs[lane] = c.exchange(request, buffer); errs[lane] != nil {
					return
				}
				select {
				// Wait for the page before the next event, so that a slow page delays its lane and is charged for it.
				case took, told := <-p.changed:
					if !told {
						errs[lane] = errors.New("a page was cut")
						return
					}
					all[lane] = append(all[lane], took)
				case <-time.After(requestTime):
					errs[lane] = fmt.Errorf("the page of payment %d was not told of its stage %d", i%len(open),
						i/len(open))
					return
				}
			}
		})
	}
	threads.Wait()
	return slices.Concat(all...), errors.Join(errs...)
}
