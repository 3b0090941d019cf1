//go:build linux

package main

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// fanOutSide is a server with WebSocket readers and the results of its rounds. The unit of fan-out is one update sent
// to one reader: an update that 1,000 readers receive counts 1,000 times.
type fanOutSide struct {
	*side
	readers *readers
	each    []float64 // CPU per update and reader in microseconds, one value per round
	perSec  []float64 // updates received per second, over all readers, one value per round
}

// end disconnects the readers before it stops the server, so that no close frames arrive.
func (t *fanOutSide) end() error {
	defer t.side.end()
	if t.readers == nil {
		return nil
	}
	return t.readers.close()
}

// measureLoad runs load, waits until all readers have received all of its updates, and adds the CPU of the server
// divided by the updates received, and their rate.
func (t *fanOutSide) measureLoad(load func() error) error {
	before, had, begin := t.server.cpu(), t.readers.received.Load(), time.Now()
	err := load()
	if err == nil {
		err = t.readers.settle()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	got, took := t.readers.received.Load()-had, time.Duration(t.readers.receivedAt.Load()-begin.UnixNano())
	// A round without updates would divide by zero, and shows that nothing was sent.
	if got == 0 {
		return errors.New(t.name + ": the readers were told nothing")
	}
	t.each = append(t.each, (t.server.cpu()-before)*1e6/float64(got))
	t.perSec = append(t.perSec, float64(got)/took.Seconds())
	return nil
}

// settle waits until no reader has received anything for 250 ms, and then requires that all readers have the same
// cursor.
func (r *readers) settle() error {
	last, since := r.received.Load(), time.Now()
	for time.Since(since) < 250*time.Millisecond {
		sleepThread(5 * time.Millisecond)
		if now := r.received.Load(); now != last {
			last, since = now, time.Now()
		}
	}
	// The thread of the readers has ended with an error.
	if r.quit.Load() {
		r.done.Wait()
		return r.err
	}
	// Readers that lack updates would look settled, so compare their cursors.
	least, most := r.all[0].reached.Load(), r.all[0].reached.Load()
	for _, one := range r.all {
		at := one.reached.Load()
		least, most = min(least, at), max(most, at)
	}
	if least != most {
		return fmt.Errorf("%s: told no more, but one reader is at %d and another at %d", r.server.name, least, most)
	}
	return nil
}

// fanOutSides starts Hookbeam and a yardstick with the given fan-out, and plan.readers readers for each.
func (b *bench) fanOutSides(connections int, yard string) (hookbeam, other *fanOutSide, end func() error, err error) {
	startYardstick := func() (*server, error) { return b.startYardstick(yard, "-fan="+yard) }
	sides, stop, err := b.sides(connections, b.serve, startYardstick)
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	hookbeam, other = &fanOutSide{side: sides[0]}, &fanOutSide{side: sides[1]}
	end = func() error { return errors.Join(hookbeam.end(), other.end()) }
	for _, t := range []*fanOutSide{hookbeam, other} {
		if t.readers, err = t.server.readers(b.plan.readers, ""); err != nil {
			return hookbeam, other, end, errors.Join(err, end())
		}
	}
	return hookbeam, other, end, nil
}

// saturated measures fan-out at full load: 16 connections post as fast as they are answered, and every reader receives
// every update, many in one frame. It reports CPU per update and reader in µs and millions of updates per second. The
// yardstick "prepared" sends each update as a message of its own.
func (b *bench) saturated() error {
	hookbeam, prepared, end, err := b.fanOutSides(16, "prepared")
	if err != nil {
		return err
	}
	for range b.rounds {
		for _, t := range []*fanOutSide{hookbeam, prepared} {
			if err := t.measureLoad(func() error { return t.flood(b.window) }); err != nil {
				return errors.Join(err, end())
			}
		}
	}
	ratio := median(ratios(hookbeam.each, prepared.each))
	b.table.add(row{what: fmt.Sprintf("fan-out to %d, saturated: CPU each", b.plan.readers),
		measured: fmt.Sprintf("%.2f µs at %.2f M/s", median(hookbeam.each), median(hookbeam.perSec)/1e6),
		against:  fmt.Sprintf("PreparedMessage %.2f at %.2f", median(prepared.each), median(prepared.perSec)/1e6),
		ratio:    ratio, value: ratio, must: 0.6, aim: 0.2})
	return end()
}

// unsaturated measures fan-out at 12 updates per second, few enough that each is sent in a frame of its own. It reports
// CPU per update and reader in µs. The yardstick "bare" is a loop of writes, which is close to the cost of the system
// calls alone.
func (b *bench) unsaturated() error {
	const perSecond = 12
	hookbeam, bare, end, err := b.fanOutSides(1, "bare")
	if err != nil {
		return err
	}
	for range b.rounds {
		for _, t := range []*fanOutSide{hookbeam, bare} {
			if err := t.measureLoad(func() error {
				_, err := t.server.paced(pacers, perSecond, b.latency/2)
				return err
			}); err != nil {
				return errors.Join(err, end())
			}
		}
	}
	ratio := median(ratios(hookbeam.each, bare.each))
	b.table.add(row{what: fmt.Sprintf("fan-out to %d, unsaturated: CPU each", b.plan.readers),
		measured: fmt.Sprintf("%.2f µs", median(hookbeam.each)),
		against:  fmt.Sprintf("bare write loop %.2f", median(bare.each)), ratio: ratio, value: ratio, must: 1.3,
		aim: 1.1})
	return end()
}

// browser measures the latency that a user sees: from sending a POST to its frame at the only WebSocket, p50 and p99 in
// ms. The yardstick syncs a file and sends a prepared message.
func (b *bench) browser() error {
	sides, end, err := b.sides(1, func() (*server, error) {
		return b.startYardstick("prepared", "-store=file", "-fan=prepared")
	}, b.serve)
	defer end()
	if err != nil {
		return err
	}
	for round := range b.rounds + 1 {
		for _, sd := range sides {
			d := b.latency
			if round == 0 {
				d = time.Second
			}
			times, err := sd.timesToFrame(d)
			if err != nil {
				return fmt.Errorf("%s: %w", sd.name, err)
			}
			sd.p50, sd.p99 = append(sd.p50, percentile(times, 0.5)), append(sd.p99, percentile(times, 0.99))
			if round == 0 {
				sd.dropWarmUp()
			}
		}
	}
	// The name of the yardstick in the table says what it does.
	sides[0].name = "file+fsync, PreparedMessage"
	b.addTimes("POST to one browser's frame", sides[1], sides[0], [2]float64{1.5, 1.0}, [2]float64{4, 2.5})
	return nil
}

// timesToFrame posts about fourteen times per second for d and returns how long each delivery took to reach a reader,
// which has its own thread. The intervals vary and are longer than the 50 ms for which the server gathers updates, so
// posts do not fall into step with it.
func (s *server) timesToFrame(d time.Duration) ([]time.Duration, error) {
	r, err := s.readers(1, "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.close() }()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fd, err := dial(s.addr)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	c, request, buffer := &poster{fd: fd}, s.post(), make([]byte, 4096)
	var times []time.Duration
	begin := time.Now()
	for due := begin; due.Sub(begin) < d; due = due.Add(60*time.Millisecond +
		time.Duration(len(times)%7)*3*time.Millisecond) {
		sleepThread(time.Until(due))
		// The reader's thread notes when a frame arrives, so this thread's polling does not add to the latency.
		had := r.received.Load()
		sent := time.Now()
		if err := c.exchange(request, buffer); err != nil {
			return nil, err
		}
		if err := r.await("the frame is there", func() bool { return r.received.Load() > had }); err != nil {
			return nil, err
		}
		times = append(times, time.Duration(r.receivedAt.Load()-sent.UnixNano()))
	}
	return times, nil
}
