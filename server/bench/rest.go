//go:build linux

package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"time"
)

// memory measures the resident memory of idle WebSocket readers, for many of them and for few.
func (b *bench) memory() error {
	// With few readers, memory that does not depend on their number has more weight.
	for _, n := range []int{b.idleReaders, b.plan.readers} {
		if err := b.idle(n); err != nil {
			return err
		}
	}
	return nil
}

// idle adds a row for n readers: KiB per reader, from the memory before and after they connect. The yardstick is the
// usual hub with a goroutine and a channel for each reader.
func (b *bench) idle(n int) error {
	each := map[string]float64{}
	starts := []func() (*server, error){
		b.serve,
		func() (*server, error) { return b.startYardstick("prepared", "-fan=prepared") },
	}
	for _, start := range starts {
		s, err := start()
		if err != nil {
			return err
		}
		kib, err := s.idle(n)
		s.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		each[s.name] = kib
	}
	b.table.add(row{what: fmt.Sprintf("resident per idle reader, %d of them", n),
		measured: fmt.Sprintf("%.1f KiB", each["hookbeam"]),
		against:  fmt.Sprintf("a goroutine and channel each %.1f", each["prepared"]),
		ratio:    each["hookbeam"] / each["prepared"], value: each["hookbeam"], unit: "KiB", must: 12, aim: 7})
	return nil
}

// idle returns by how many KiB per reader the server grows when n readers connect and receive nothing.
func (s *server) idle(n int) (float64, error) {
	before := s.resident()
	r, err := s.readers(n, "")
	if err != nil {
		return 0, err
	}
	// The upgrades leave garbage, which is not part of the cost of an idle reader.
	after, err := s.settledResident()
	return (after - before) / float64(n), errors.Join(err, r.close())
}

// How memory is waited for: it is settled if it has changed by less than settledChange for settledFor. Hookbeam returns
// unused memory within a second after many readers have connected or disconnected, so settledFor must be longer.
const (
	settledFor    = 1500 * time.Millisecond
	settledChange = 0.01 // as a share of the memory
)

// settledResident waits until the resident memory of the server is settled and returns it in KiB. On a busy machine the
// server may need longer, so there is no fixed pause.
func (s *server) settledResident() (float64, error) {
	at, since := s.resident(), time.Now()
	for limit := since.Add(startLimit); time.Now().Before(limit); {
		sleepThread(50 * time.Millisecond)
		now := s.resident()
		if now == 0 {
			return 0, fmt.Errorf("%s has exited", s.name)
		}
		if math.Abs(now-at) > settledChange*at {
			at, since = now, time.Now()
		} else if time.Since(since) >= settledFor {
			return now, nil
		}
	}
	return 0, fmt.Errorf("%s: the resident memory has not settled within %v; the last value was %.0f KiB", s.name,
		startLimit, s.resident())
}

// stormMissed is how many updates are posted while the readers of a storm are disconnected.
const stormMissed = 20

// storm measures a mass reconnection: 1,000 readers are disconnected, miss 20 updates, and reconnect all at once with
// their cursors. It reports CPU per reader in ms, and the time until all have everything in s. The yardstick only
// accepts the WebSockets and has nothing to send.
func (b *bench) storm() error {
	sides, end, err := b.sides(
		1,
		b.serve,
		func() (*server, error) { return b.startYardstick("prepared", "-fan=prepared") },
	)
	defer end()
	if err != nil {
		return err
	}
	hookbeam, prepared := sides[0], sides[1]
	var took []float64
	for round := range b.rounds + 1 {
		all, err := hookbeam.reconnect(b.plan.readers, stormMissed)
		if err == nil {
			took = append(took, all)
			_, err = prepared.reconnect(b.plan.readers, 0)
		}
		if err != nil {
			return err
		}
		if round == 0 {
			hookbeam.dropWarmUp()
			prepared.dropWarmUp()
		}
	}
	ms := median(hookbeam.cpu)
	b.table.add(row{what: fmt.Sprintf("%d readers cut, %d missed, all back: CPU each", b.plan.readers, stormMissed),
		measured: fmt.Sprintf("%.3f ms, all in %.2f s", ms, median(took)),
		against:  fmt.Sprintf("upgrade alone %.3f", median(prepared.cpu)),
		ratio:    median(ratios(hookbeam.cpu, prepared.cpu)), value: ms, unit: "ms", must: 0.4, aim: 0.2})
	return nil
}

// reconnect runs one round of a storm with n readers that miss a number of updates. It adds the CPU per reader in ms
// and returns in how many seconds all were back.
func (sd *side) reconnect(n, missed int) (took float64, err error) {
	r, err := sd.server.readers(n, "")
	if err != nil {
		return 0, err
	}
	if err := r.close(); err != nil {
		return 0, err
	}
	after := ""
	if missed > 0 {
		// The cursor before the missed updates: the end of an empty poll.
		var answer struct{ To string }
		if err := errors.Join(sd.get("/api/v1/updates?wait=0s", &answer), sd.postSome(missed)); err != nil {
			return 0, err
		}
		after = answer.To
	}
	// Disconnecting is not part of the figure. The server also limits how fast it accepts WebSockets, with a budget of
	// 1,000 per second, which the readers above have used. Only time fills it again.
	time.Sleep(time.Second)
	before, begin := sd.server.cpu(), time.Now()
	r, err = sd.dialReaders(n, after)
	if err != nil {
		return 0, err
	}
	err = r.await("all have what they missed", func() bool {
		return r.opened.Load() == int64(n) && r.received.Load() == int64(n*missed)
	})
	took = time.Since(begin).Seconds()
	sd.cpu = append(sd.cpu, (sd.server.cpu()-before)*1e3/float64(n))
	return took, errors.Join(err, r.close())
}

// freshStarts is the number of starts on an empty data folder, each of which creates two databases.
const freshStarts = 7

// start measures the time from exec to the first 200 from /healthz in ms, on an empty folder and on one with data, and
// then the resident memory without load and the size of the binary, both in MiB. The yardstick for the time is "null",
// whose start is that of a minimal Go server.
func (b *bench) start() error {
	var first, later, null, rest []float64
	var data string
	for i := range freshStarts + b.starts {
		// First the starts on new folders, then those on the last of them.
		fresh := i < freshStarts
		if fresh {
			var err error
			if data, err = os.MkdirTemp(b.dir, "start-"); err != nil {
				return err
			}
		}
		s, took, err := timed(func() (*server, error) { return b.exec(data, "warn") })
		if err != nil {
			return err
		}
		if fresh {
			first = append(first, took)
		} else {
			later = append(later, took)
		}
		// Three samples are enough: memory at rest hardly varies.
		if !fresh && len(rest) < 3 {
			kib, err := s.settledResident()
			if err != nil {
				s.stop()
				return err
			}
			rest = append(rest, kib/1024)
		}
		s.stop()
		if s, took, err = timed(func() (*server, error) { return b.startYardstick("null") }); err != nil {
			return err
		}
		null = append(null, took)
		s.stop()
	}
	info, err := os.Stat(b.hookbeam)
	if err != nil {
		return err
	}
	mib, size := median(rest), float64(info.Size())/(1<<20)
	b.started("first start to first 200", first, null[:freshStarts])
	b.started("later start to first 200", later, null[freshStarts:])
	b.table.add(row{what: "memory at rest", measured: fmt.Sprintf("%.1f MiB", mib), against: "–",
		value: mib, unit: "MiB", must: 25, aim: 15})
	b.table.add(row{what: "binary", measured: fmt.Sprintf("%.1f MiB", size), against: "–",
		value: size, unit: "MiB", must: 26, aim: 24})
	return nil
}

// timed starts a server and returns how many milliseconds that took.
func timed(start func() (*server, error)) (*server, float64, error) {
	begin := time.Now()
	s, err := start()
	return s, float64(time.Since(begin).Microseconds()) / 1000, err
}

// started adds the row for one kind of start.
func (b *bench) started(what string, took, null []float64) {
	ms, against := median(took), median(null)
	b.table.add(row{what: what, measured: fmt.Sprintf("%.1f ms", ms), against: fmt.Sprintf("null %.1f", against),
		ratio: ms / against, value: ms, unit: "ms", must: 40, aim: 15})
}
