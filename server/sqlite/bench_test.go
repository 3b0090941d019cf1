package sqlite

import (
	"strings"
	"testing"
)

func BenchmarkAppendFrom64Senders(b *testing.B) {
	s, _ := running(b, b.TempDir(), Options{})
	body := strings.Repeat("x", 1024)
	b.SetParallelism(32)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := s.Append(record(body)); err != nil {
				b.Error(err)
			}
		}
	})
}
