//go:build linux

package main

import (
	"fmt"
	"os"
	"time"
)

// startFull compares a start on a folder with many deliveries and their statuses with one on a folder without any: the
// time from exec to the first 200 from /readyz, in ms. Both folders are those of a server that was stopped, so neither
// start creates a database. The starts alternate. A third row has those after a kill, which leaves a write-ahead log.
func (b *bench) startFull() error {
	full, stored, err := b.filledFolder()
	if err != nil {
		return err
	}
	empty, err := os.MkdirTemp(b.dir, "start-empty-")
	if err != nil {
		return err
	}
	times := map[string][]float64{}
	for round := range b.starts + 1 {
		for _, start := range []struct {
			what, data string
			kill       bool
		}{{"empty", empty, false}, {"full", full, true}, {"killed", full, false}} {
			took, err := b.readyIn(start.data, start.kill)
			if err != nil {
				return fmt.Errorf("start on the folder %s: %w", start.what, err)
			}
			if round > 0 { // the first creates the databases of the empty folder, and warms up
				times[start.what] = append(times[start.what], took)
			}
		}
	}
	for _, r := range []struct{ what, times string }{
		{"start with %d deliveries to ready", "full"}, {"the same after a kill", "killed"},
	} {
		what := r.what
		if r.times == "full" {
			what = fmt.Sprintf(r.what, stored)
		}
		ratio := median(ratios(times[r.times], times["empty"]))
		b.table.add(row{what: what, measured: fmt.Sprintf("%.1f ms", median(times[r.times])),
			against: fmt.Sprintf("empty %.1f", median(times["empty"])),
			ratio:   ratio, value: ratio, must: 5, aim: 1.5})
	}
	return nil
}

// filledFolder returns a data folder of a stopped server that has received payment events and has derived all
// statuses from them, and how many there are.
func (b *bench) filledFolder() (data string, stored int, err error) {
	if data, err = os.MkdirTemp(b.dir, "start-full-"); err != nil {
		return "", 0, err
	}
	sides, end, err := b.sides(connections, func() (*server, error) { return b.serveFrom(data, "warn") })
	defer end()
	if err != nil {
		return "", 0, err
	}
	sd := sides[0]
	if _, err := sd.openShop(); err != nil {
		return "", 0, err
	}
	sd.posters.next = sd.payments()
	for stored+rebuildPart <= b.rebuilt {
		if _, err := sd.posters.runCount(rebuildPart); err != nil {
			return "", 0, err
		}
		stored += rebuildPart
	}
	return data, stored, sd.awaitStatuses()
}

// readyIn starts Hookbeam on a folder, and returns after how many milliseconds it was ready. It then stops it, or kills
// it after it has received a few deliveries.
func (b *bench) readyIn(data string, kill bool) (float64, error) {
	s, took, err := timed(func() (*server, error) {
		s, err := b.exec(data, "warn")
		if err == nil {
			err = s.awaitAnswer("/readyz", time.Now().Add(startLimit))
		}
		return s, err
	})
	defer s.stop()
	if err != nil || !kill {
		return took, err
	}
	if s.in, err = s.firstEndpoint(); err != nil {
		return took, err
	}
	p, err := s.posters(connections)
	if err != nil {
		return took, err
	}
	defer p.close()
	if _, err := p.runCount(connections); err != nil {
		return took, err
	}
	err = s.cmd.Process.Kill()
	<-s.done
	return took, err
}
