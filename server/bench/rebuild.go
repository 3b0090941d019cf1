//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"sync/atomic"
	"time"
)

const (
	// rebuildPart is how many deliveries are received before the CPU is read. The server and the one without statuses
	// receive parts in turn.
	rebuildPart = 10_000
	// rebuildRate is how many deliveries per second another endpoint receives during a rebuild.
	rebuildRate = 200
	// rebuildLimit ends a run whose rebuild hangs.
	rebuildLimit = 20 * time.Minute
)

// noStatuses are an endpoint's settings for statuses with which its deliveries report nothing: the subject of each is
// empty. The provider stays Stripe, so receiving is the same. A setting "only" would not do: the filter is applied to
// what has been read from the delivery.
func noStatuses() map[string]any {
	return map[string]any{"mapping": map[string]any{"kind": "payment", "subject": `""`, "state": `"paid"`}}
}

// rebuildServer is the server whose statuses are rebuilt, with what is needed to post to both of its endpoints.
type rebuildServer struct {
	*side         // the payments' endpoint
	other *server // the same process; posts go to the endpoint of the first start, which reports no statuses
}

// rebuild measures a rebuild of all statuses, while deliveries of another endpoint are received at a fixed rate. It
// reports CPU per delivery in µs, and compares it with that of applying the same deliveries as they were received. Both
// are differences of CPU, never of time: the yardstick is the same binary.
//
//   - Live: the CPU of receiving payment events until all statuses are applied and stored, minus the CPU of a second
//     server that receives the same events and derives no statuses from them. Both receive them in a closed loop, in
//     parts and in turn. The second server still copies each delivery from memory to look for statements, so the
//     difference is slightly too small, which makes the ratio stricter.
//   - Rebuild: the CPU from the request until the log says that the rebuild has ended, minus the CPU of receiving at
//     the same rate without a rebuild, for the same time.
//
// A second row compares the p99 of receiving during the rebuild with the p99 in the rounds without. Any answer but 200
// fails the measurement.
func (b *bench) rebuild() error {
	s, live, err := b.receiveForRebuild()
	if s != nil {
		defer s.end()
	}
	if err != nil {
		return err
	}
	n := b.rebuilt / rebuildPart * rebuildPart
	var each, ratio, took, alone, during, tail []float64
	for range b.rounds {
		quiet, err := s.receiveAlone(b.latency)
		if err != nil {
			return fmt.Errorf("receiving alone: %w", err)
		}
		r, err := s.rebuildOnce()
		if err != nil {
			return err
		}
		cpu := (r.cpu - quiet.cpu/quiet.took*r.took) * 1e6 / float64(n)
		each, ratio, took = append(each, cpu), append(ratio, cpu/live), append(took, r.took)
		alone, during = append(alone, quiet.p99), append(during, r.p99)
	}
	tail = ratios(during, alone)
	b.table.add(row{what: fmt.Sprintf("rebuild of %d deliveries while receiving goes on: CPU each", n),
		measured: fmt.Sprintf("%.1f µs, all in %.1f s", median(each), median(took)),
		against:  fmt.Sprintf("applied live %.1f", live),
		ratio:    median(ratio), value: median(ratio), must: 2, aim: 0.5})
	b.table.add(row{what: fmt.Sprintf("receiving at %d/s during the rebuild: p99", rebuildRate),
		measured: fmt.Sprintf("%.2f ms", median(during)),
		against:  fmt.Sprintf("without %.2f", median(alone)),
		ratio:    median(tail), value: median(tail), must: 3, aim: 1.5})
	return nil
}

// receiveForRebuild starts a server and has it receive the payment events that are rebuilt later. It returns the CPU in
// microseconds that applying one of them took. The caller ends the server, also after an error.
func (b *bench) receiveForRebuild() (s *rebuildServer, live float64, err error) {
	parts := b.rebuilt / rebuildPart
	if parts < 2 {
		return nil, 0, fmt.Errorf("%d deliveries are too few for a rebuild: at least %d", b.rebuilt, 2*rebuildPart)
	}
	// The end of a rebuild is logged at the level info. It is the same for both, so that both do the same.
	start := func() (*server, error) { return b.serveLogging("info") }
	sides, end, err := b.sides(connections, start, start)
	if err != nil {
		end()
		return nil, 0, err
	}
	with, without := sides[0], sides[1]
	defer without.end()
	other := *with.server
	s = &rebuildServer{side: with, other: &other}
	if _, err := with.openShop(); err != nil {
		return s, 0, err
	}
	if _, err := without.openShopWith(noStatuses()); err != nil {
		return s, 0, err
	}
	var cpu [2]float64
	for _, sd := range sides {
		sd.posters.next = sd.payments()
	}
	for part := range parts {
		for i := range sides {
			turn := (i + part) % 2
			used, err := sides[turn].receivePart()
			if err != nil {
				return s, 0, err
			}
			if part > 0 { // the first part warms up
				cpu[turn] += used
			}
		}
	}
	// The mean of all parts, not their median: work that is done once for several parts counts, such as a checkpoint.
	live = (cpu[0] - cpu[1]) * 1e6 / float64((parts-1)*rebuildPart)
	if live <= 0 {
		return s, 0, errors.New("receiving with statuses took no more CPU than without: the machine is too busy")
	}
	return s, live, without.hasNoStatuses()
}

// receivePart receives rebuildPart events and returns the CPU in seconds until their statuses are stored.
func (sd *side) receivePart() (float64, error) {
	before := sd.server.cpu()
	if _, err := sd.posters.runCount(rebuildPart); err != nil {
		return 0, fmt.Errorf("%s: %w", sd.name, err)
	}
	if err := sd.awaitStatuses(); err != nil {
		return 0, err
	}
	// Listing stores what is pending. Otherwise that would happen within a second, and partly not be counted.
	err := sd.get("/api/v1/statuses?limit=1", &struct{}{})
	return sd.server.cpu() - before, err
}

// statusCounts returns how many payments and other subjects are in each state.
func (s *server) statusCounts() (map[string]int, error) {
	var answer struct{ Counts map[string]int }
	err := s.get("/api/v1/statuses/counts", &answer)
	return answer.Counts, err
}

// hasNoStatuses returns an error if there are statuses: then the difference from the other server is not the CPU of
// applying.
func (s *server) hasNoStatuses() error {
	counts, err := s.statusCounts()
	if err == nil && len(counts) > 0 {
		err = fmt.Errorf("the server without statuses has some: %v", counts)
	}
	return err
}

// rebuildLoad is what a server used while another endpoint received deliveries at rebuildRate.
type rebuildLoad struct {
	cpu  float64 // of the server, in seconds
	took float64 // in seconds
	p99  float64 // of the deliveries that were received meanwhile, in milliseconds
}

// receiveAlone receives at rebuildRate for d and does nothing else.
func (s *rebuildServer) receiveAlone(d time.Duration) (rebuildLoad, error) {
	before, began := s.server.cpu(), time.Now()
	times, err := s.other.paced(pacers, rebuildRate, d)
	return rebuildLoad{cpu: s.server.cpu() - before, took: time.Since(began).Seconds(),
		p99: percentile(times, 0.99)}, err
}

// rebuildOnce rebuilds all statuses while the other endpoint receives at rebuildRate. CPU and time are those from the
// request to the end of the rebuild. The states must be the same afterwards.
func (s *rebuildServer) rebuildOnce() (r rebuildLoad, err error) {
	was, err := s.statusCounts()
	if err != nil {
		return r, err
	}
	var ended atomic.Bool
	var times []time.Duration
	received := make(chan error, 1)
	go func() {
		var err error
		times, err = s.other.pacedWhile(pacers, rebuildRate, func(time.Duration) bool { return !ended.Load() })
		received <- err
	}()
	before, began := s.server.cpu(), time.Now()
	err = s.rebuildAndWait()
	r.cpu, r.took = s.server.cpu()-before, time.Since(began).Seconds()
	ended.Store(true)
	if err := errors.Join(err, <-received); err != nil {
		return r, err
	}
	r.p99 = percentile(times, 0.99)
	is, err := s.statusCounts()
	if err == nil && !maps.Equal(was, is) {
		err = fmt.Errorf("the rebuild changed the states from %v to %v", was, is)
	}
	return r, err
}

// rebuildAndWait requests a rebuild and waits until the server's log says that it has ended. The request file in the
// data folder does not tell that: it is removed when the request is noted.
func (s *rebuildServer) rebuildAndWait() error {
	logged, err := os.ReadFile(s.log)
	if err != nil {
		return err
	}
	from := len(logged)
	if err := s.call("POST", "/api/v1/statuses/rebuild", struct{}{}, nil); err != nil {
		return err
	}
	for limit := time.Now().Add(rebuildLimit); time.Now().Before(limit); sleepThread(5 * time.Millisecond) {
		if logged, err = os.ReadFile(s.log); err != nil {
			return err
		}
		if ended, err := rebuildEnded(logged[from:]); ended || err != nil {
			return err
		}
		select {
		case <-s.done:
			return errors.New("the server ended during the rebuild: " + s.cmd.ProcessState.String())
		default:
		}
	}
	return fmt.Errorf("the rebuild has not ended within %v", rebuildLimit)
}

// rebuildEnded reports whether these lines of a server's log say that a rebuild has ended. One that failed is an error.
func rebuildEnded(lines []byte) (bool, error) {
	if bytes.Contains(lines, []byte("rebuild failed")) {
		return false, fmt.Errorf("the rebuild failed:\n%s", lines)
	}
	return bytes.Contains(lines, []byte("rebuild finished")), nil
}
