//go:build linux

package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestAnAnswerEndsWithItsLastByteAndOnlyA200Counts(t *testing.T) {
	whole := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	for cut := range len(whole) {
		if done, err := answerEnds([]byte(whole[:cut])); done || err != nil {
			t.Fatalf("%q is taken for whole (%v)", whole[:cut], err)
		}
	}
	if done, err := answerEnds([]byte(whole)); !done || err != nil {
		t.Fatalf("the whole answer is not: %v %v", done, err)
	}
	if _, err := answerEnds([]byte("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")); err == nil {
		t.Fatal("a refusal is counted as an answer")
	}
}

func TestAReaderCountsRangesHoweverTheBytesArrive(t *testing.T) {
	var stream []byte
	for _, payload := range []string{
		`{"from":"abcd.0.4","to":"abcd.0.4","head":"abcd.0.4","updates":[]}`,
		`{"from":"abcd.0.4","to":"abcd.0.9","head":"abcd.0.9","updates":[` + strings.Repeat(" ", 300) + `]}`,
		`{"from":"abcd.0.9","to":"abcd.0.10","head":"abcd.0.10","updates":[]}`,
	} {
		if n := len(payload); n < 126 {
			stream = append(stream, 0x81, byte(n))
		} else {
			stream = append(stream, 0x81, 126, byte(n>>8), byte(n))
		}
		stream = append(stream, payload...)
	}
	for _, piece := range []int{1, 7, 64, 300, len(stream)} {
		r, one := &readers{}, &reader{open: true}
		for rest := stream; len(rest) > 0; {
			next := rest[:min(piece, len(rest))]
			rest = rest[len(next):]
			skipped := min(one.unread, len(next)) // as discard does
			one.unread -= skipped
			if err := r.parse(one, next[skipped:]); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.received.Load(); got != 6 || one.cursor != 10 {
			t.Errorf("in pieces of %d: told %d updates up to %d, not 6 up to 10", piece, got, one.cursor)
		}
	}
}

func TestAHoleIsAnError(t *testing.T) {
	r, one := &readers{}, &reader{open: true, cursor: 3}
	if err := r.count(one, []byte(`{"from":"abcd.0.4","to":"abcd.0.5"`)); err == nil {
		t.Fatal("the reader went past a hole")
	}
}

func TestTheTableSaysByHowMuchABoundIsMissed(t *testing.T) {
	var out bytes.Buffer
	lines := table{rows: []row{
		{what: "share", value: 0.4, must: 0.35, aim: 0.5, more: true},
		{what: "cost", value: 4.5, must: 3, aim: 2.2},
		{what: "busy machine", value: 9, unit: "ms", must: 4.5, aim: 2.8, floor: 8},
		{what: "fine", value: 1, must: 3, aim: 2.2},
	}}
	if missed := lines.print(&out); missed != 1 {
		t.Errorf("%d musts are missed, not 1", missed)
	}
	for _, want := range []string{"aim missed by 20 %", "MUST missed by 50 %", "aim reached",
		"MUST not decided: a plain synced file has 8.00 ms here"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
