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

// comparison is one load under which two binaries are compared, to judge a change: usually this commit's binary and its
// parent's. Both get the same load in turn, so that a busy machine slows both down alike.
type comparison struct {
	// The name for -only.
	name string
	// The load, as printed.
	what string
	// start starts a server of the binary and its clients.
	start func(b *bench, binary string) (*fanOutSide, error)
	// load runs one round and returns its figures.
	load func(b *bench, t *fanOutSide) (sample, error)
}

// sample is the result of one round of one binary.
type sample struct {
	// CPU time of the server per operation, in microseconds.
	cpu float64
	// Operations per second.
	rate float64
	// Latency in milliseconds; 0 if it is not measured.
	p99 float64
}

// compared lists the loads that every change to the hot paths is compared under.
var compared = []comparison{
	{"receive", "receiving, 64 connections", (*bench).startReceiving, (*bench).receiveRound},
	{"crowd", "receiving, 256 connections", (*bench).startCrowd, (*bench).receiveRound},
	{"statuses", "receiving payments, with statuses", (*bench).startPayments, (*bench).paymentsRound},
	{"saturated", "fan-out, saturated", (*bench).startFanOut, (*bench).fanOutRound},
	{"storm", "readers cut, all back", (*bench).startStorm, (*bench).stormRound},
}

// maxCPURatio is the highest acceptable ratio of CPU per operation of a binary to that of the one it is compared with.
// It is printed with the results and not enforced: a single ratio has a range, which must be read with it.
const maxCPURatio = 1.03

// comparedNames lists the names that -only accepts with -against.
func comparedNames() []string {
	names := make([]string, len(compared))
	for i, v := range compared {
		names[i] = v.name
	}
	return names
}

// compare measures the binary under test against the binary other. Rounds are made in pairs, and who is first
// alternates. It prints the median of the ratios of all pairs, and their range, because the machine's noise can be
// larger than the effect of a change.
func (b *bench) compare(out io.Writer, other string, wanted map[string]bool) error {
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "what, %d pairs\tCPU each\tagainst\tratio (must be ≤ %g), range\trate, range\tp99, range\n",
		b.rounds, maxCPURatio)
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

// each returns one figure of every sample.
func each(samples []sample, value func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	return values
}

// spread prints the median, the lowest and the highest ratio of the pairs, or a dash if the figure was not measured.
func spread(mine, others []sample, value func(sample) float64) string {
	all := ratios(each(mine, value), each(others, value))
	// Storms have no p99.
	if slices.Max(each(mine, value)) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.3f, %.3f–%.3f", median(all), slices.Min(all), slices.Max(all))
}

// pairs starts both binaries, runs all rounds of one load and returns the samples of each. The first pair only warms up
// caches and is dropped.
func (b *bench) pairs(v comparison, other string) (mine, others []sample, err error) {
	var both [2]*fanOutSide
	defer func() {
		for _, t := range both {
			if t != nil {
				err = errors.Join(err, t.end())
			}
		}
	}()
	// Both servers run during all rounds. The one that is not under load uses no CPU.
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

// pair runs one round of each binary: one after the other, or both at the same time with -together.
func (b *bench) pair(v comparison, both [2]*fanOutSide, round int) (pair [2]sample, err error) {
	if !b.together {
		// In odd rounds the other binary is first, so that neither always follows the other.
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

// startBinary starts a binary on an empty folder, with the given number of connections that post to it.
func (b *bench) startBinary(binary string, connections int) (*fanOutSide, error) {
	// A copy of the run that starts the given binary.
	one := *b
	one.hookbeam = binary
	s, err := one.serve()
	if err != nil {
		return nil, err
	}
	t := &fanOutSide{side: &side{server: s}}
	if t.posters, err = s.posters(connections); err != nil {
		return nil, errors.Join(err, t.end())
	}
	return t, nil
}

// startReceiving prepares the load of the measurement "receive": 64 connections.
func (b *bench) startReceiving(binary string) (*fanOutSide, error) {
	return b.startBinary(binary, connections)
}

// startCrowd prepares the same load with 256 connections, which makes larger transactions.
func (b *bench) startCrowd(binary string) (*fanOutSide, error) {
	return b.startBinary(binary, 4*connections)
}

// receiveRound runs a closed loop for one window. The operation is one request.
func (b *bench) receiveRound(t *fanOutSide) (sample, error) {
	if err := t.flood(b.window); err != nil {
		return sample{}, err
	}
	last := len(t.cpu) - 1
	return sample{t.cpu[last], t.rate[last], t.p99[last]}, nil
}

// startPayments prepares the load of the measurement "statuses": signed events of payments.
func (b *bench) startPayments(binary string) (*fanOutSide, error) {
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

// paymentsRound runs a closed loop of payment events. The operation is one event, including the CPU until its status
// has been updated.
func (b *bench) paymentsRound(t *fanOutSide) (sample, error) {
	// The CPU is read before the load and after all statuses are updated.
	before := t.server.cpu()
	l, err := t.posters.run(b.window)
	if err == nil {
		err = t.awaitStatuses()
	}
	if err != nil {
		return sample{}, err
	}
	return sample{(t.server.cpu() - before) * 1e6 / float64(len(l.times)), l.rate(), percentile(l.times, 0.99)}, nil
}

// startFanOut prepares 16 connections that post and plan.readers WebSockets.
func (b *bench) startFanOut(binary string) (*fanOutSide, error) {
	t, err := b.startBinary(binary, 16)
	if err != nil {
		return nil, err
	}
	if t.readers, err = t.server.readers(b.plan.readers, ""); err != nil {
		return nil, errors.Join(err, t.end())
	}
	return t, nil
}

// fanOutRound runs a closed loop. The operation is one update sent to one reader.
func (b *bench) fanOutRound(t *fanOutSide) (sample, error) {
	if err := t.measureLoad(func() error { return t.flood(b.window) }); err != nil {
		return sample{}, err
	}
	last := len(t.each) - 1
	return sample{t.each[last], t.perSec[last], t.p99[last]}, nil
}

// startStorm prepares a server without readers; each round connects its own.
func (b *bench) startStorm(binary string) (*fanOutSide, error) { return b.startBinary(binary, 1) }

// stormRound disconnects and reconnects plan.readers readers. The operation is one reader that is back with all it has
// missed; the rate is readers per second.
func (b *bench) stormRound(t *fanOutSide) (sample, error) {
	took, err := t.reconnect(b.plan.readers, stormMissed)
	if err != nil {
		return sample{}, err
	}
	return sample{cpu: t.cpu[len(t.cpu)-1] * 1e3, rate: float64(b.plan.readers) / took}, nil
}
