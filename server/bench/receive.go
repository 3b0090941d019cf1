//go:build linux

package main

import (
	"errors"
	"fmt"
	"time"
)

// connections is the number of connections of the closed loops.
const connections = 64

// side is one of the servers that a measurement compares, with the results of its rounds. Each slice has one value per
// round, so that the rounds of two sides can be divided pair by pair. A slice stays empty if its figure is not
// measured.
type side struct {
	*server
	// The connections that post to the server.
	posters *posters
	// Requests per second.
	rate []float64
	// CPU of the server per operation. The unit is microseconds, except in rest.go, where it is milliseconds.
	cpu []float64
	// Latencies in milliseconds.
	p50  []float64
	p99  []float64
	p999 []float64
}

// end closes the connections and stops the server.
func (sd *side) end() {
	if sd.posters != nil {
		sd.posters.close()
	}
	sd.stop()
}

// flood runs one round of the closed loop and adds its rate, CPU per request and latencies. The CPU is that of the
// server process alone, from before the first request until after the last response.
func (sd *side) flood(d time.Duration) error {
	before := sd.server.cpu()
	l, err := sd.posters.run(d)
	if err != nil {
		return fmt.Errorf("%s: %w", sd.name, err)
	}
	sd.rate = append(sd.rate, l.rate())
	sd.cpu = append(sd.cpu, (sd.server.cpu()-before)*1e6/float64(len(l.times)))
	sd.p50 = append(sd.p50, percentile(l.times, 0.5))
	sd.p99 = append(sd.p99, percentile(l.times, 0.99))
	sd.p999 = append(sd.p999, percentile(l.times, 0.999))
	return nil
}

// dropWarmUp drops the results so far. It is called after the first round, in which caches and the allocator are cold.
func (sd *side) dropWarmUp() { *sd = side{server: sd.server, posters: sd.posters} }

// receive measures the capacity of receiving: a closed loop over 64 kept-alive connections. It reports requests per
// second, CPU per request in µs, and p99 and p99.9 of the latency in ms. Rate, CPU and latency are bounded relative to
// the yardstick "null", CPU also relative to "stub". The yardstick "file" shows whether the disk is busy with something
// else.
func (b *bench) receive() error {
	sides, end, err := b.sides(connections,
		func() (*server, error) { return b.startYardstick("null") },
		func() (*server, error) { return b.startYardstick("file", "-store=file") },
		func() (*server, error) { return b.startYardstick("stub", "-store=sqlite") },
		b.serve)
	defer end()
	if err != nil {
		return err
	}
	for round := range b.rounds + 1 {
		for _, sd := range sides {
			if err := sd.flood(b.window); err != nil {
				return err
			}
			if round == 0 {
				sd.dropWarmUp()
			}
		}
	}
	null, file, stub, hookbeam := sides[0], sides[1], sides[2], sides[3]
	// Rate, as a share of null's. It depends on the disk, so the plain file decides whether it can be judged.
	share := median(ratios(hookbeam.rate, null.rate))
	b.table.add(row{what: "receiving, 64 connections: rate", measured: fmt.Sprintf("%.0f /s", median(hookbeam.rate)),
		against: fmt.Sprintf("null %.0f, file+fsync %.0f, SQLite stub %.0f (%.2f)",
			median(null.rate), median(file.rate), median(stub.rate), median(ratios(stub.rate, null.rate))),
		ratio: share, value: share, floor: median(ratios(file.rate, null.rate)), must: 0.37, aim: 0.45, more: true})
	// CPU, as a multiple of null's and of the stub's: the first includes SQLite, the second is what Hookbeam adds to
	// it.
	multiple, ofStub := median(ratios(hookbeam.cpu, null.cpu)), median(ratios(hookbeam.cpu, stub.cpu))
	b.table.add(row{what: "receiving: CPU each", measured: fmt.Sprintf("%.1f µs", median(hookbeam.cpu)),
		against: fmt.Sprintf("null %.1f, file+fsync %.1f", median(null.cpu), median(file.cpu)),
		ratio:   multiple, value: multiple, must: 2.8, aim: 2.4})
	b.table.add(row{what: "receiving: CPU each, of the stub's", measured: fmt.Sprintf("%.1f µs", median(hookbeam.cpu)),
		against: fmt.Sprintf("SQLite stub %.1f (%.2f of null)", median(stub.cpu), median(ratios(stub.cpu, null.cpu))),
		ratio:   ofStub, value: ofStub, must: 1.30, aim: 1.10})
	// Tail latency, relative to null's p99 at full load.
	tail, far := median(ratios(hookbeam.p99, null.p99)), median(ratios(hookbeam.p999, null.p99))
	b.table.add(row{what: "receiving: p99", measured: fmt.Sprintf("%.2f ms", median(hookbeam.p99)),
		against: fmt.Sprintf("null's p99 %.2f, file+fsync's %.2f, SQLite stub's %.2f",
			median(null.p99), median(file.p99), median(stub.p99)),
		ratio: tail, value: tail, floor: median(ratios(file.p99, null.p99)), must: 2, aim: 1.2})
	b.table.add(row{what: "receiving: p99.9", measured: fmt.Sprintf("%.2f ms", median(hookbeam.p999)),
		against: fmt.Sprintf("null's p99 %.2f, file+fsync's p99.9 %.2f, SQLite stub's %.2f", median(null.p99),
			median(file.p999), median(stub.p999)),
		ratio: far, value: far, floor: median(ratios(file.p999, null.p99)), must: 4, aim: 2})
	return nil
}

// sides starts servers, each with the given number of connections. The caller must call end, also after an error.
func (b *bench) sides(connections int, starts ...func() (*server, error)) (sides []*side, end func(), err error) {
	end = func() {
		for _, sd := range sides {
			sd.end()
		}
	}
	for _, start := range starts {
		s, err := start()
		if err != nil {
			return sides, end, err
		}
		sd := &side{server: s}
		sides = append(sides, sd)
		if sd.posters, err = s.posters(connections); err != nil {
			return sides, end, err
		}
	}
	return sides, end, nil
}

// pacers is the number of connections that share a load at a fixed rate.
const pacers = 16

// paced measures the latency of a server that is not saturated: 200 requests per second, at fixed times. It reports p50
// and p99 in ms, bounded absolutely. The yardstick "file" syncs before it answers as well.
func (b *bench) paced() error {
	const perSecond = 200
	sides, end, err := b.sides(1, func() (*server, error) { return b.startYardstick("file", "-store=file") }, b.serve)
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
			times, err := sd.server.paced(pacers, perSecond, d)
			if err != nil {
				return fmt.Errorf("%s: %w", sd.name, err)
			}
			sd.p50, sd.p99 = append(sd.p50, percentile(times, 0.5)), append(sd.p99, percentile(times, 0.99))
			if round == 0 {
				sd.dropWarmUp()
			}
		}
	}
	b.addTimes("200/s, open loop", sides[1], sides[0], [2]float64{2.0, 1.6}, [2]float64{4.5, 2.8})
	return nil
}

// addTimes adds two rows for p50 and p99. The bounds of each are in milliseconds: must, then aim. They do not fail the
// run if the yardstick, a plain synced file, misses them too.
func (b *bench) addTimes(what string, hookbeam, yard *side, p50, p99 [2]float64) {
	half, tail := median(hookbeam.p50), median(hookbeam.p99)
	b.table.add(row{what: what + ": p50", measured: fmt.Sprintf("%.2f ms", half),
		against: fmt.Sprintf("%s %.2f", yard.name, median(yard.p50)),
		ratio:   median(ratios(hookbeam.p50, yard.p50)), value: half, unit: "ms", must: p50[0], aim: p50[1],
		floor: median(yard.p50)})
	b.table.add(row{what: what + ": p99", measured: fmt.Sprintf("%.2f ms", tail),
		against: fmt.Sprintf("%s %.2f", yard.name, median(yard.p99)),
		ratio:   median(ratios(hookbeam.p99, yard.p99)), value: tail, unit: "ms", must: p99[0], aim: p99[1],
		floor: median(yard.p99)})
}

// watched measures what fan-out costs receiving: the rate of the closed loop while 1,000 readers receive everything, as
// a share of its rate without readers. There is no yardstick; rounds with and without readers alternate.
func (b *bench) watched() error {
	sides, end, err := b.sides(connections, b.serve)
	defer end()
	if err != nil {
		return err
	}
	hookbeam := sides[0]
	// The readers connect for one round only, so both kinds of rounds alternate on one server.
	var alone, watched []float64
	for range b.rounds {
		if err := hookbeam.flood(b.window); err != nil {
			return err
		}
		r, err := hookbeam.readers(b.plan.readers, "")
		if err != nil {
			return err
		}
		err = hookbeam.flood(b.window)
		if err == nil {
			err = r.settle()
		}
		if err := errors.Join(err, r.close()); err != nil {
			return err
		}
	}
	// Even rounds were without readers, odd ones with them.
	for i, rate := range hookbeam.rate {
		if i%2 == 0 {
			alone = append(alone, rate)
		} else {
			watched = append(watched, rate)
		}
	}
	share := median(ratios(watched, alone))
	b.table.add(row{what: fmt.Sprintf("receiving while %d watch", b.plan.readers),
		measured: fmt.Sprintf("%.0f /s", median(watched)),
		against:  fmt.Sprintf("alone %.0f", median(alone)),
		ratio:    share, value: share, must: 0.3, aim: 0.5, more: true})
	return nil
}
