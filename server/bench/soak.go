//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"text/tabwriter"
	"time"
)

// The load of a soak.
const (
	soakRate     = 300 // deliveries per second
	soakLanes    = 8   // connections on which they are sent
	soakStaying  = 150 // WebSockets that stay, until the end
	soakGroups   = 5   // groups of WebSockets that come and go, each for itself
	soakGroup    = 10  // WebSockets of a group
	soakPollers  = 50  // clients that poll, with a new connection for each request
	soakPayers   = 10  // status pages that are opened and closed again
	soakSamples  = 360 // in the whole soak: one each ten seconds of an hour
	soakQuarters = 4
)

// Limits of retention that are reached within the first quarter of an hour: the log is full after about two minutes,
// and the statuses and the event ids after about seven.
var soakLimits = []string{"--keep-bytes=24MiB", "--keep-events=4MiB"}

// soakSlack is by how much the last quarter may differ from the second, in percent. The first is for filling up.
const soakSlack = 5

// soak measures whether anything grows: an hour (-soak) of everything that a server in production does, with limits of
// retention that are reached soon. 300 deliveries per second arrive: half are signed payment events that change
// statuses, half are plain; some are redelivered, some are forged. Of 200 WebSockets, 50 come and go with their
// cursors. 50 clients poll, and status pages are opened and closed.
//
// The heap after a forced collection, resident memory, descriptors, goroutines, the sizes of the files and the lag of
// the followers are sampled 360 times. The soak prints their medians for each quarter. The bounds are those of the
// difference between the last quarter and the second, in percent, and of the number of failed requests, which is 0.
func (b *bench) soak() error {
	data, err := os.MkdirTemp(b.dir, "data-")
	if err != nil {
		return err
	}
	s, err := b.execWith(data, "warn", soakLimits...)
	if err != nil {
		return err
	}
	defer s.stop()
	if s.in, err = s.firstEndpoint(); err != nil {
		return err
	}
	plain := *s
	shop, err := s.openShop()
	if err != nil {
		return err
	}
	w := &soakWatch{server: s, data: data, began: time.Now()}
	before, err := w.sample()
	if err != nil {
		return err
	}
	l := &soakLoad{shop: shop, plain: &plain}
	if err := l.runWhile(b.ctx, b.soakFor, func(ctx context.Context) error {
		return w.run(ctx, b.soakFor/soakSamples)
	}); err != nil {
		return err
	}
	after, err := w.settled(before)
	if err != nil {
		return err
	}
	w.print(os.Stdout, before, after)
	l.print(os.Stdout)
	b.addSoak(w, l, before, after)
	return b.ctx.Err()
}

// runWhile puts the load on the server for d, or until ctx ends or watch fails, and waits until all of it has ended.
func (l *soakLoad) runWhile(ctx context.Context, d time.Duration, watch func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	for lane := range soakLanes {
		all.Go(func() { l.send(ctx, lane) })
	}
	all.Go(func() { l.stay(ctx) })
	for range soakGroups {
		all.Go(func() { l.comeAndGo(ctx) })
	}
	for n := range soakPollers {
		all.Go(func() { l.poll(ctx, n) })
	}
	for n := range soakPayers {
		all.Go(func() { l.watchPayments(ctx, n) })
	}
	all.Go(func() { l.forge(ctx) })
	defer cancel() // also after an error of watch, and before the wait
	return watch(ctx)
}

// addSoak adds a row for each figure that must not grow, and one for failed requests.
func (b *bench) addSoak(w *soakWatch, l *soakLoad, before, after soakSample) {
	second, last := w.quarter(1), w.quarter(3)
	for _, f := range []struct {
		what string
		of   func(soakSample) float64
	}{
		{"live heap after a collection, KiB", func(s soakSample) float64 { return s.heap / 1024 }},
		{"open descriptors", func(s soakSample) float64 { return s.descriptors }},
		{"goroutines", func(s soakSample) float64 { return s.goroutines }},
		{"files of the data folder, KiB", func(s soakSample) float64 { return s.files.total() / 1024 }},
	} {
		then, now := medianOf(second, f.of), medianOf(last, f.of)
		off := 100 * max(now/then-1, 1-now/then)
		b.table.add(row{what: fmt.Sprintf("soak of %v: %s, last quarter", b.soakFor, f.what),
			measured: fmt.Sprintf("%.0f, off by %.1f %%", now, off), against: fmt.Sprintf("second quarter %.0f", then),
			ratio: now / then, value: off, unit: "%", must: soakSlack, aim: 2})
	}
	b.table.add(row{what: "soak: goroutines left after the load", measured: fmt.Sprintf("%.0f", after.goroutines),
		against: fmt.Sprintf("before %.0f", before.goroutines), value: after.goroutines - before.goroutines,
		unit: "more", must: soakLeft, aim: soakLeft})
	b.table.add(row{what: "soak: descriptors left after the load", measured: fmt.Sprintf("%.0f", after.descriptors),
		against: fmt.Sprintf("before %.0f", before.descriptors), value: after.descriptors - before.descriptors,
		unit: "more", must: soakLeft, aim: soakLeft})
	b.table.add(row{what: "soak: failed requests and broken sockets",
		measured: fmt.Sprintf("%d of %d deliveries and %d others", l.failed.Load(), l.sent.Load(), l.asked.Load()),
		against:  "–", value: float64(l.failed.Load()), unit: "failed", must: 0.5, aim: 0.5})
}

// soakLeft is how many goroutines and descriptors more there may be after the load than before it. Databases keep
// connections for reading once they were needed, each with the descriptors of two files and a log.
const soakLeft = 24

// soakSample is the state of the server at one moment.
type soakSample struct {
	at          time.Duration // since the start of the soak
	heap        float64       // live after a collection, without the ballast, in bytes
	resident    float64       // in KiB
	descriptors float64
	goroutines  float64
	sockets     float64
	connections float64
	queue       float64 // writes that wait
	statusLag   float64 // deliveries that are not yet in the statuses
	liveLag     float64 // deliveries of which readers are not yet told
	head        float64 // seq of the last delivery
	kept        float64 // deliveries that are stored
	keptBytes   float64 // that they take in the database
	events      float64 // bytes of the event ids
	cpu         float64 // of the server since its start, in seconds
	machine     float64 // load average of the machine over a minute
	files       fileSizes
}

// fileSizes are the sizes of the files in a data folder in bytes, by path.
type fileSizes map[string]float64

// total is the sum of all sizes.
func (f fileSizes) total() (sum float64) {
	for _, size := range f {
		sum += size
	}
	return sum
}

// soakWatch samples the server.
type soakWatch struct {
	server  *server
	data    string
	began   time.Time
	samples []soakSample
}

// run samples at fixed times until ctx ends. A sample that fails ends the soak: the server does not answer its owner.
func (w *soakWatch) run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		s, err := w.sample()
		if err != nil {
			return fmt.Errorf("sample the server: %w", err)
		}
		w.samples = append(w.samples, s)
		fmt.Fprintln(os.Stderr, s)
	}
}

// sample reads the state of the server, after a collection of garbage.
func (w *soakWatch) sample() (soakSample, error) {
	var answer struct {
		Runtime struct {
			Live       float64 `json:"live_bytes"`
			Goroutines float64 `json:"goroutines"`
		} `json:"runtime"`
		Queues struct {
			Writes, Connections, Sockets float64
		} `json:"queues"`
		Positions struct {
			Head, Statuses, Live float64
		} `json:"positions"`
	}
	var stored struct {
		Storage struct {
			Deliveries, Bytes float64
			EventBytes        float64 `json:"event_bytes"`
		} `json:"storage"`
	}
	if err := errors.Join(askOwner(w.data, "/control/v1/debug?gc=1", &answer),
		askOwner(w.data, "/api/v1/server", &stored)); err != nil {
		return soakSample{}, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", w.server.cmd.Process.Pid))
	if err != nil {
		return soakSample{}, err
	}
	files, err := sizesIn(w.data)
	if err != nil {
		return soakSample{}, err
	}
	text, _ := os.ReadFile("/proc/loadavg")
	var load float64
	_, _ = fmt.Sscan(string(text), &load)
	p := answer.Positions
	return soakSample{at: time.Since(w.began), heap: answer.Runtime.Live, resident: w.server.resident(),
		descriptors: float64(len(open)), goroutines: answer.Runtime.Goroutines, sockets: answer.Queues.Sockets,
		connections: answer.Queues.Connections, queue: answer.Queues.Writes, statusLag: p.Head - p.Statuses,
		liveLag: p.Head - p.Live, head: p.Head, kept: stored.Storage.Deliveries, keptBytes: stored.Storage.Bytes,
		events: stored.Storage.EventBytes, cpu: w.server.cpu(), machine: load, files: files}, nil
}

// settled samples until no more goroutines and descriptors are left than the bounds allow, or for startLimit: what the
// load leaves behind for a moment, such as connections that are being closed, is no leak.
func (w *soakWatch) settled(before soakSample) (soakSample, error) {
	for limit := time.Now().Add(startLimit); ; time.Sleep(time.Second) {
		s, err := w.sample()
		if err != nil || time.Now().After(limit) ||
			(s.goroutines <= before.goroutines && s.descriptors <= before.descriptors) {
			return s, err
		}
	}
}

// sizesIn returns the sizes of all files in a folder. A file that vanishes meanwhile is not counted.
func sizesIn(folder string) (fileSizes, error) {
	sizes := fileSizes{}
	err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		if err == nil {
			name, _ := filepath.Rel(folder, path)
			sizes[name] = float64(info.Size())
		}
		return err
	})
	return sizes, err
}

// quarter returns the samples of one quarter of the soak: 0 to 3.
func (w *soakWatch) quarter(n int) []soakSample {
	return w.samples[n*len(w.samples)/soakQuarters : (n+1)*len(w.samples)/soakQuarters]
}

// medianOf returns the median of one figure.
func medianOf(samples []soakSample, figure func(soakSample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = figure(s)
	}
	return median(values)
}

// String is the line of a sample in the log of the run.
func (s soakSample) String() string {
	return fmt.Sprintf("soak %6.0fs: heap %.0f KiB, resident %.0f KiB, %.0f descriptors, %.0f goroutines, "+
		"%.0f sockets, %.0f connections, %.0f queued, lag %.0f/%.0f, head %.0f, %.0f kept, files %.0f KiB, load %.1f",
		s.at.Seconds(), s.heap/1024, s.resident, s.descriptors, s.goroutines, s.sockets, s.connections, s.queue,
		s.statusLag, s.liveLag, s.head, s.kept, s.files.total()/1024, s.machine)
}

// print writes the medians of each quarter, and the samples before and after the load.
func (w *soakWatch) print(to io.Writer, before, after soakSample) {
	tw := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "median of\tbefore\tquarter 1\t2\t3\t4\tafter\t")
	line := func(what string, of func(soakSample) float64) {
		fmt.Fprintf(tw, "%s\t%.0f\t", what, of(before))
		for n := range soakQuarters {
			fmt.Fprintf(tw, "%.0f\t", medianOf(w.quarter(n), of))
		}
		fmt.Fprintf(tw, "%.0f\t\n", of(after))
	}
	line("live heap, KiB", func(s soakSample) float64 { return s.heap / 1024 })
	line("resident, KiB", func(s soakSample) float64 { return s.resident })
	line("descriptors", func(s soakSample) float64 { return s.descriptors })
	line("goroutines", func(s soakSample) float64 { return s.goroutines })
	line("sockets", func(s soakSample) float64 { return s.sockets })
	line("connections", func(s soakSample) float64 { return s.connections })
	line("queued writes", func(s soakSample) float64 { return s.queue })
	line("lag of statuses", func(s soakSample) float64 { return s.statusLag })
	line("lag of readers", func(s soakSample) float64 { return s.liveLag })
	line("head of the log", func(s soakSample) float64 { return s.head })
	line("deliveries kept", func(s soakSample) float64 { return s.kept })
	line("their bytes, KiB", func(s soakSample) float64 { return s.keptBytes / 1024 })
	line("event ids, KiB", func(s soakSample) float64 { return s.events / 1024 })
	line("CPU, s", func(s soakSample) float64 { return s.cpu })
	line("load of the machine, ×10", func(s soakSample) float64 { return 10 * s.machine })
	for _, name := range sortedNames(after.files) {
		line(name+", KiB", func(s soakSample) float64 { return s.files[name] / 1024 })
	}
	_ = tw.Flush()
}
