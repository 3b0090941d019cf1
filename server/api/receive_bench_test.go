package api

import (
	"net/http"
	"testing"
	"time"

	"hookbeam/server/access"
)

// BenchmarkLimitsByAddress measures what the limits per address add to receiving one delivery.
func BenchmarkLimitsByAddress(b *testing.B) {
	addresses, err := access.NewAddresses(nil)
	if err != nil {
		b.Fatal(err)
	}
	bodies := newBodyMemory(256<<20, 0)
	now := time.Now()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		r := &http.Request{RemoteAddr: "127.0.0.1:40000", Header: http.Header{"User-Agent": {"bench"},
			"Content-Type": {"application/json"}, "Content-Length": {"1024"}, "Accept": {"*/*"}}}
		for pb.Next() {
			addresses.Notice(r, now)
			c := bodyReservation{client: addresses.Client(r, now)}
			if err := bodies.reserve(&c, 1024, 1025); err != nil {
				b.Error(err)
			}
			bodies.release(&c)
		}
	})
}
