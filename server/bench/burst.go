//go:build linux

package main

import (
	"fmt"
	"time"
)

// burst measures a provider's burst, promise R16: 2,000 requests per second for a minute, sent at fixed times whatever
// the answers do, over 64 connections. It reports p50 and p99 of the latency in ms, from the time a request was due.
// The yardstick "file" gets a few seconds of the same load. An answer other than 200 fails the measurement.
func (b *bench) burst() error {
	const perSecond, senders = 2000, 64
	sides, end, err := b.sides(1, func() (*server, error) { return b.startYardstick("file", "-store=file") }, b.serve)
	defer end()
	if err != nil {
		return err
	}
	// One round each: the yardstick for a few seconds, Hookbeam for the whole burst.
	for i, d := range []time.Duration{b.latency, b.burstFor} {
		sd := sides[i]
		if _, err := sd.server.paced(senders, perSecond, time.Second); err != nil {
			return fmt.Errorf("%s: warming up: %w", sd.name, err)
		}
		times, err := sd.server.paced(senders, perSecond, d)
		if err != nil {
			return fmt.Errorf("%s: %w", sd.name, err)
		}
		sd.p50, sd.p99 = append(sd.p50, percentile(times, 0.5)), append(sd.p99, percentile(times, 0.99))
	}
	what := fmt.Sprintf("a burst of %d/s for %v", perSecond, b.burstFor)
	b.addTimes(what, sides[1], sides[0], [2]float64{25, 5}, [2]float64{250, 50})
	return nil
}
