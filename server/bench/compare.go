//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
)

// versus is one load under which two binaries are compared. Both get the same load in turn, so that a busy machine
// slows both down alike.
type versus struct {
	name  string // for -only
	what  string
	start func(b *bench, binary string) (*told, error) // starts a server of the binary, ready for rounds
	load  func(b *bench, t *told) (sample, error)      // one round
}

// sample is what one round gave. The values of a pair of rounds are divided by each other before anything is averaged.
type sample struct {
	cpu  float64 // microseconds of the server's CPU for each operation
	rate float64 // operations per second
	p99  float64 // milliseconds; 0: not measured
}

// compared are the loads that every change is held to.
var compared = []versus{
	{"receive", "receiving, 64 connections", (*bench).startReceiving, (*bench).receiveRound},
	{"crowd", "receiving, 256 connections", (*bench).startCrowd, (*bench).receiveRound},
	{"statuses", "receiving payments, with statuses", (*bench).startPayments, (*bench).paymentsRound},
	{"saturated", "fan-out, saturated", (*bench).startFanOut, (*bench).fanOutRound},
	{"storm", "readers cut, all back", (*bench).startStorm, (*bench).stormRound},
}

// mostCPU is how much of another binary's CPU one may use that has more to do: what a release costs against the one
// that speed is held against.
const mostCPU = 1.03

// comparedNames are what -only may choose of them.
func comparedNames() []string {
	names := make([]string, len(compared))
	for i, v := range compared {
		names[i] = v.name
	}
	return names
}

// compare measures the binary under test against another one: in pairs of rounds that follow each other, the first of a
// pair being each in turn, after one pair that warms up. It prints the median of the pairs' ratios, and their range.
func (b *bench) compare(out io.Writer, other string, wanted map[string]bool) error {
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "what, %d pairs\tCPU each\tagainst\tratio (must be ≤ %g), range\trate, range\tp99, range\n",
		b.rounds, mostCPU)
	var failed error
	for _, v := range compared {
		if !wanted[v.name] {
			continue
		}
		mine, others, err := b.pairs(v, other)
		if err != nil {
			failed = fmt.Errorf("%s: %w", v.what, err)
			break
		}
		cpu := func(s sample) float64 { return s.cpu }
		fmt.Fprintf(tw, "%s\t%.2f µs\t%.2f µs\t%s\t%s\t%s\n", v.what,
			median(each(mine, cpu)), median(each(others, cpu)), spread(mine, others, cpu),
			spread(mine, others, func(s sample) float64 { return s.rate }),
			spread(mine, others, func(s sample) float64 { return s.p99 }))
	}
	return errors.Join(failed, tw.Flush())
}

// each picks one figure out of every sample.
func each(samples []sample, value func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	return values
}

// spread is the median of the pairs' ratios, and their range.
func spread(mine, others []sample, value func(sample) float64) string {
	all := ratios(each(mine, value), each(others, value))
	if slices.Max(each(mine, value)) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f, %.3f–%.3f", median(all), slices.Min(all), slices.Max(all))
}

// pairs runs all rounds of one load and returns what each binary gave, in the same order. The first pair warms up and
// is dropped.
func (b *bench) pairs(v versus, other string) (mine, others []sample, err error) {
	var both [2]*told
	defer func() {
		for _, t := range both {
			if t != nil {
				err = errors.Join(err, t.end())
			}
		}
	}()
	for i, binary := range []string{b.hookbeam, other} {
		if both[i], err = v.start(b, binary); err != nil {
			return nil, nil, err
		}
	}
	for round := range b.rounds + 1 {
		pair, err := b.pair(v, both, round)
		if err != nil {
			return nil, nil, err
		}
		if round == 0 {
			continue // warms up
		}
		mine, others = append(mine, pair[0]), append(others, pair[1])
	}
	return mine, others, nil
}

// pair runs one round of each: one after the other, or both at once.
func (b *bench) pair(v versus, both [2]*told, round int) (pair [2]sample, err error) {
	if !b.together {
		for turn := range both {
			i := (turn + round) % 2
			if pair[i], err = v.load(b, both[i]); err != nil {
				return pair, err
			}
		}
		return pair, nil
	}
	var errs [2]error
	var running sync.WaitGroup
	for i := range both {
		running.Go(func() { pair[i], errs[i] = v.load(b, both[i]) })
	}
	running.Wait()
	return pair, errors.Join(errs[:]...)
}

// startBinary starts a binary on an empty folder, with so many connections that post.
func (b *bench) startBinary(binary string, connections int) (*told, error) {
	one := *b
	one.hookbeam = binary
	s, err := one.serve()
	if err != nil {
		return nil, err
	}
	t := &told{side: &side{server: s}}
	if t.posters, err = s.posters(connections); err != nil {
		return nil, errors.Join(err, t.end())
	}
	return t, nil
}

func (b *bench) startReceiving(binary string) (*told, error) {
	return b.startBinary(binary, connections)
}

func (b *bench) startCrowd(binary string) (*told, error) {
	return b.startBinary(binary, 4*connections)
}

func (b *bench) receiveRound(t *told) (sample, error) {
	if err := t.flood(b.window); err != nil {
		return sample{}, err
	}
	last := len(t.cpu) - 1
	return sample{t.cpu[last], t.rate[last], t.p99[last]}, nil
}

func (b *bench) startPayments(binary string) (*told, error) {
	t, err := b.startBinary(binary, connections)
	if err != nil {
		return nil, err
	}
	if _, err := t.openShop(); err != nil {
		return nil, errors.Join(err, t.end())
	}
	t.posters.next = t.payments()
	return t, nil
}

// paymentsRound counts the CPU until every status is drawn.
func (b *bench) paymentsRound(t *told) (sample, error) {
	before := t.server.cpu()
	l, err := t.posters.run(b.window)
	if err == nil {
		err = t.drawn()
	}
	if err != nil {
		return sample{}, err
	}
	return sample{(t.server.cpu() - before) * 1e6 / float64(len(l.times)), l.rate(), percentile(l.times, 0.99)}, nil
}

func (b *bench) startFanOut(binary string) (*told, error) {
	t, err := b.startBinary(binary, 16)
	if err != nil {
		return nil, err
	}
	if t.readers, err = t.server.readers(b.plan.readers, ""); err != nil {
		return nil, errors.Join(err, t.end())
	}
	return t, nil
}

func (b *bench) fanOutRound(t *told) (sample, error) {
	if err := t.count(func() error { return t.flood(b.window) }); err != nil {
		return sample{}, err
	}
	last := len(t.each) - 1
	return sample{t.each[last], t.perSec[last], t.p99[last]}, nil
}

func (b *bench) startStorm(binary string) (*told, error) { return b.startBinary(binary, 1) }

// stormRound counts the CPU for each reader that comes back, and how many come back a second.
func (b *bench) stormRound(t *told) (sample, error) {
	took, err := t.comeBack(b.plan.readers, stormMissed)
	if err != nil {
		return sample{}, err
	}
	return sample{cpu: t.cpu[len(t.cpu)-1] * 1e3, rate: float64(b.plan.readers) / took}, nil
}
