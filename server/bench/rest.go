//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// memory: what readers that have nothing to read add to the process, many and few of them.
func (b *bench) memory() error {
	for _, n := range []int{b.idleReaders, b.plan.readers} {
		if err := b.idle(n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) idle(n int) error {
	each := map[string]float64{}
	starts := []func() (*server, error){b.serve, func() (*server, error) { return b.yard("prepared", "-fan=prepared") }}
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

func (s *server) idle(n int) (float64, error) {
	before := s.resident()
	r, err := s.readers(n, "")
	if err != nil {
		return 0, err
	}
	time.Sleep(2 * time.Second) // the figure is that of two seconds after the last reader has come
	after := s.resident()
	return (after - before) / float64(n), r.close()
}

// stormMissed is how many updates a reader that was cut has missed.
const stormMissed = 20

// storm: 1,000 readers are cut, miss 20 updates, and all come back at once with their cursors. The yardstick only
// takes them in: it has nothing to tell.
func (b *bench) storm() error {
	sides, end, err := b.sides(1, b.serve, func() (*server, error) { return b.yard("prepared", "-fan=prepared") })
	defer end()
	if err != nil {
		return err
	}
	hookbeam, prepared := sides[0], sides[1]
	var took []float64
	for round := range b.rounds + 1 {
		all, err := hookbeam.comeBack(b.plan.readers, stormMissed)
		if err == nil {
			took = append(took, all)
			_, err = prepared.comeBack(b.plan.readers, 0)
		}
		if err != nil {
			return err
		}
		if round == 0 {
			hookbeam.forget()
			prepared.forget()
		}
	}
	ms := median(hookbeam.cpu)
	b.table.add(row{what: fmt.Sprintf("%d readers cut, %d missed, all back: CPU each", b.plan.readers, stormMissed),
		measured: fmt.Sprintf("%.3f ms, all in %.2f s", ms, median(took)),
		against:  fmt.Sprintf("upgrade alone %.3f", median(prepared.cpu)),
		ratio:    median(ratios(hookbeam.cpu, prepared.cpu)), value: ms, unit: "ms", must: 0.4, aim: 0.2})
	return nil
}

// comeBack adds the CPU for each reader, in milliseconds, and returns how long it took for all, in seconds.
func (sd *side) comeBack(n, missed int) (took float64, err error) {
	r, err := sd.server.readers(n, "")
	if err != nil {
		return 0, err
	}
	if err := r.close(); err != nil {
		return 0, err
	}
	after := ""
	if missed > 0 {
		var answer struct{ To string }
		if err := errors.Join(sd.get("/api/v1/updates?wait=0s", &answer), sd.postSome(missed)); err != nil {
			return 0, err
		}
		after = answer.To
	}
	time.Sleep(time.Second) // the cut itself is another matter, and so is how many sockets are let in at once
	before, begin := sd.server.cpu(), time.Now()
	r, err = sd.dialReaders(n, after)
	if err != nil {
		return 0, err
	}
	err = r.await("all have what they missed", func() bool {
		return r.opened.Load() == int64(n) && r.told.Load() == int64(n*missed)
	})
	took = time.Since(begin).Seconds()
	sd.cpu = append(sd.cpu, (sd.server.cpu()-before)*1e3/float64(n))
	return took, errors.Join(err, r.close())
}

// freshStarts is how many of the starts are on an empty data folder. Each of them makes two databases.
const freshStarts = 7

// start: from exec to the first 200, and what the process then is.
func (b *bench) start() error {
	var first, later, null, rest []float64
	var data string
	for i := range freshStarts + b.starts {
		fresh := i < freshStarts
		if fresh {
			var err error
			if data, err = os.MkdirTemp(b.dir, "start-"); err != nil {
				return err
			}
		}
		s, took, err := timed(func() (*server, error) { return b.exec(data) })
		if err != nil {
			return err
		}
		if fresh {
			first = append(first, took)
		} else {
			later = append(later, took)
		}
		if !fresh && len(rest) < 3 {
			time.Sleep(time.Second)
			rest = append(rest, s.resident()/1024)
		}
		s.stop()
		if s, took, err = timed(func() (*server, error) { return b.yard("null") }); err != nil {
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

// timed starts a server, and says how many milliseconds that took.
func timed(start func() (*server, error)) (*server, float64, error) {
	begin := time.Now()
	s, err := start()
	return s, float64(time.Since(begin).Microseconds()) / 1000, err
}

func (b *bench) started(what string, took, null []float64) {
	ms, against := median(took), median(null)
	b.table.add(row{what: what, measured: fmt.Sprintf("%.1f ms", ms), against: fmt.Sprintf("null %.1f", against),
		ratio: ms / against, value: ms, unit: "ms", must: 40, aim: 15})
}
