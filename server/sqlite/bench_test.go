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

func BenchmarkChecksumOf1KiB(b *testing.B) {
	r := record(strings.Repeat("x", 1024))
	headers := flatHeaders(nil, r.Headers)
	var scratch []byte
	b.ReportAllocs()
	for b.Loop() {
		row := rowOf(r, headers)
		scratch, _, _ = row.encode(scratch[:0])
		_ = checksum(scratch, r.Body)
	}
}

// BenchmarkLookingWhetherTheDatabaseIsThere is what each commit does once.
func BenchmarkLookingWhetherTheDatabaseIsThere(b *testing.B) {
	s, _ := running(b, b.TempDir(), Options{})
	b.ReportAllocs()
	for b.Loop() {
		if err := s.checkFiles(durableFiles); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendFromOneSender(b *testing.B) {
	s, _ := running(b, b.TempDir(), Options{})
	body := strings.Repeat("x", 1024)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Append(record(body)); err != nil {
			b.Error(err)
		}
	}
}
