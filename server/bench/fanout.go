//go:build linux

package main

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
)

// told is a server with its readers, and the CPU of each update that it told one of them. An update that 1,000 readers
// were told counts 1,000 times.
type told struct {
	*side
	readers *readers
	each    []float64 // microseconds of CPU for each update told, one value for each round
	perSec  []float64 // updates told per second
}

// end cuts the readers before it stops the server, which would say goodbye to them.
func (t *told) end() error {
	defer t.side.end()
	if t.readers == nil {
		return nil
	}
	return t.readers.close()
}

// count runs load, waits until its readers have been told all of it, and divides the CPU that the server used by the
// updates that it told.
func (t *told) count(load func() error) error {
	before, had, begin := t.server.cpu(), t.readers.told.Load(), time.Now()
	err := load()
	if err == nil {
		err = t.readers.settle()
	}
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	got, took := t.readers.told.Load()-had, time.Duration(t.readers.toldAt.Load()-begin.UnixNano())
	if got == 0 {
		return errors.New(t.name + ": the readers were told nothing")
	}
	t.each = append(t.each, (t.server.cpu()-before)*1e6/float64(got))
	t.perSec = append(t.perSec, float64(got)/took.Seconds())
	return nil
}

// settle waits until every reader has been told everything, and says so if that takes too long.
func (r *readers) settle() error {
	last, since := r.told.Load(), time.Now()
	for time.Since(since) < 250*time.Millisecond {
		nap(5 * time.Millisecond)
		if now := r.told.Load(); now != last {
			last, since = now, time.Now()
		}
	}
	if r.quit.Load() {
		r.done.Wait()
		return r.err
	}
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

// fans starts Hookbeam and a yardstick, each with its readers.
func (b *bench) fans(connections int, yard string) (hookbeam, other *told, end func() error, err error) {
	sides, stop, err := b.sides(connections, b.serve, func() (*server, error) { return b.yard(yard, "-fan="+yard) })
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	hookbeam, other = &told{side: sides[0]}, &told{side: sides[1]}
	end = func() error { return errors.Join(hookbeam.end(), other.end()) }
	for _, t := range []*told{hookbeam, other} {
		if t.readers, err = t.server.readers(b.plan.readers, ""); err != nil {
			return hookbeam, other, end, errors.Join(err, end())
		}
	}
	return hookbeam, other, end, nil
}

// saturated: 16 connections post as fast as they are answered, and every reader is told all of it.
func (b *bench) saturated() error {
	hookbeam, prepared, end, err := b.fans(16, "prepared")
	if err != nil {
		return err
	}
	for range b.rounds {
		for _, t := range []*told{hookbeam, prepared} {
			if err := t.count(func() error { return t.flood(b.window) }); err != nil {
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

// unsaturated: 12 updates per second, so that each goes out by itself.
func (b *bench) unsaturated() error {
	const perSecond = 12
	hookbeam, bare, end, err := b.fans(1, "bare")
	if err != nil {
		return err
	}
	for range b.rounds {
		for _, t := range []*told{hookbeam, bare} {
			if err := t.count(func() error {
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

// browser: from the moment a POST is sent to its frame at the one browser that watches.
func (b *bench) browser() error {
	sides, end, err := b.sides(1, func() (*server, error) {
		return b.yard("prepared", "-store=file", "-fan=prepared")
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
			times, err := sd.seen(d)
			if err != nil {
				return fmt.Errorf("%s: %w", sd.name, err)
			}
			sd.p50, sd.p99 = append(sd.p50, percentile(times, 0.5)), append(sd.p99, percentile(times, 0.99))
			if round == 0 {
				sd.forget()
			}
		}
	}
	sides[0].name = "file+fsync, PreparedMessage"
	b.addTimes("POST to one browser's frame", sides[1], sides[0], [2]float64{1.5, 1.0}, [2]float64{4, 2.5})
	return nil
}

// seen posts about fourteen times a second, further apart than the server gathers and never in step with it, and
// returns how long each took to reach a reader on a thread of its own.
func (s *server) seen(d time.Duration) ([]time.Duration, error) {
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
		nap(time.Until(due))
		had := r.told.Load()
		sent := time.Now()
		if err := c.exchange(request, buffer); err != nil {
			return nil, err
		}
		if err := r.await("the frame is there", func() bool { return r.told.Load() > had }); err != nil {
			return nil, err
		}
		times = append(times, time.Duration(r.toldAt.Load()-sent.UnixNano()))
	}
	return times, nil
}
