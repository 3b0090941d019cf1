//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one line of the table. value is what must and aim speak of: a ratio, or the measured figure itself.
type row struct {
	what     string
	measured string  // the figure with its unit, for people
	against  string  // the yardstick and its figure
	ratio    float64 // of the figure to the yardstick's; 0: there is none
	value    float64
	unit     string  // of value, must and aim; empty: they are ratios
	must     float64 // the run fails where value misses it
	aim      float64 // reported only
	more     bool    // more is better; otherwise less is
	floor    float64 // what the machine gave a plain synced file just then, as value; 0: not asked
}

type table struct{ rows []row }

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// print writes the table and returns how many musts were missed.
func (t *table) print(w io.Writer) int {
	missed := 0
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "what\tmeasured\tagainst\tratio\tmust\taim\t")
	for _, r := range t.rows {
		ratio := "–"
		if r.ratio > 0 {
			ratio = fmt.Sprintf("%.2f", r.ratio)
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.measured, r.against, ratio, r.bound(r.must),
			r.bound(r.aim), r.verdict())
		if r.missedBy(r.must, r.value) > 0 && !r.undecided(r.must) {
			missed++
		}
	}
	_ = tw.Flush()
	return missed
}

func (r row) bound(v float64) string {
	sign := "≤"
	if r.more {
		sign = "≥"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %g %s", sign, v, r.unit))
}

// missedBy is the share of the bound by which the value is on the wrong side of it, or 0.
func (r row) missedBy(bound, value float64) float64 {
	if r.more {
		return max(0, 1-value/bound)
	}
	return max(0, value/bound-1)
}

// undecided says that a plain file would miss the bound too: the machine is busy with something else.
func (r row) undecided(bound float64) bool { return r.floor > 0 && r.missedBy(bound, r.floor) > 0 }

func (r row) verdict() string {
	for _, b := range []struct {
		name  string
		bound float64
	}{{"MUST", r.must}, {"aim", r.aim}} {
		by := r.missedBy(b.bound, r.value)
		switch {
		case by > 0 && r.undecided(b.bound):
			return strings.TrimSpace(fmt.Sprintf("%s not decided: a plain synced file has %.2f %s here", b.name,
				r.floor, r.unit))
		case by > 0:
			return fmt.Sprintf("%s missed by %.0f %%", b.name, 100*by)
		}
	}
	return "aim reached"
}

// median returns the middle of values, or 0 where there are none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	if n := len(sorted); n%2 == 0 {
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
	return sorted[len(sorted)/2]
}

// ratios divides a by b, round by round.
func ratios(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] / b[i]
	}
	return out
}
