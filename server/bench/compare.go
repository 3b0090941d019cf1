//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
)

// versus is what is compared between two binaries.
type versus struct {
	what string
	run  func(b *bench, binary string) (*told, error)              // starts a server of the binary, ready for rounds
	load func(b *bench, t *told) (microseconds float64, err error) // one round: server CPU for each operation
}

// compared are the three loads that every change is held to.
var compared = []versus{
	{"receiving, 64 connections", (*bench).startReceiving, (*bench).receiveRound},
	{"receiving payments, with statuses", (*bench).startPayments, (*bench).paymentsRound},
	{"fan-out, saturated", (*bench).startFanOut, (*bench).fanOutRound},
}

// compare measures the CPU of the binary under test against that of another one: in pairs of rounds that follow each
// other, the first of a pair being each in turn, after one pair that warms up. It prints the median of the pairs'
// ratios, and their range.
func (b *bench) compare(out io.Writer, other string) error {
	for _, v := range compared {
		ratios, mine, others, err := b.pairs(v, other)
		if err != nil {
			return fmt.Errorf("%s: %w", v.what, err)
		}
		fmt.Fprintf(out, "%-36s CPU each %.2f µs against %.2f: median ratio %.3f, range %.3f–%.3f, %d pairs\n", v.what,
			median(mine), median(others), median(ratios), slices.Min(ratios), slices.Max(ratios), len(ratios))
	}
	return nil
}

func (b *bench) pairs(v versus, other string) (ratios, mine, others []float64, err error) {
	var both [2]*told
	defer func() {
		for _, t := range both {
			if t != nil {
				err = errors.Join(err, t.end())
			}
		}
	}()
	for i, binary := range []string{b.hookbeam, other} {
		if both[i], err = v.run(b, binary); err != nil {
			return nil, nil, nil, err
		}
	}
	for round := range b.rounds + 1 {
		var each [2]float64
		for turn := range both {
			i := (turn + round) % 2
			if each[i], err = v.load(b, both[i]); err != nil {
				return nil, nil, nil, err
			}
		}
		if round == 0 {
			continue // warms up
		}
		mine, others, ratios = append(mine, each[0]), append(others, each[1]), append(ratios, each[0]/each[1])
	}
	return ratios, mine, others, nil
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

func (b *bench) receiveRound(t *told) (float64, error) {
	if err := t.flood(b.window); err != nil {
		return 0, err
	}
	return t.cpu[len(t.cpu)-1], nil
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
func (b *bench) paymentsRound(t *told) (float64, error) {
	before := t.server.cpu()
	l, err := t.posters.run(b.window)
	if err == nil {
		err = t.drawn()
	}
	if err != nil {
		return 0, err
	}
	return (t.server.cpu() - before) * 1e6 / float64(len(l.times)), nil
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

func (b *bench) fanOutRound(t *told) (float64, error) {
	if err := t.count(func() error { return t.flood(b.window) }); err != nil {
		return 0, err
	}
	return t.each[len(t.each)-1], nil
}
