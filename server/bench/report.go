//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// row is one line of the table. must and aim are bounds of value, which is either a ratio or the measured figure
// itself, in unit.
type row struct {
	// The name of the measurement and of its figure.
	what string
	// The figure of the server with its unit, as printed.
	measured string
	// The yardstick and its figure, as printed; "–" if there is none.
	against string
	// The figure divided by the yardstick's; 0 if there is no yardstick.
	ratio float64
	// What is compared with the bounds: the ratio, or the figure of the server in unit.
	value float64
	// The unit of value, must and aim; empty if they are ratios.
	unit string
	// The bound that fails the run. It has some room above today's figure, so that only a regression misses it.
	must float64
	// The bound that the design is meant to reach. It is only reported.
	aim float64
	// True if higher values are better, as of a rate; false for CPU, memory and latency.
	more bool
	// The same value of a plain synced file in the same rounds, or 0. If it misses a bound, the disk is busy with
	// something else, and the bound is not decided.
	floor float64
}

// table collects the rows of all measurements until they are printed.
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
		// An undecided row is reported, but does not fail the run.
		if r.missedBy(r.must, r.value) > 0 && !r.undecided(r.must) {
			missed++
		}
	}
	_ = tw.Flush()
	return missed
}

// bound prints a bound with its direction and unit, such as "≤ 4.5 ms".
func (r row) bound(v float64) string {
	sign := "≤"
	if r.more {
		sign = "≥"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %g %s", sign, v, r.unit))
}

// missedBy returns by which share of the bound the value is on its wrong side, or 0 if it is met: 0.2 is 20 %.
func (r row) missedBy(bound, value float64) float64 {
	if r.more {
		return max(0, 1-value/bound)
	}
	return max(0, value/bound-1)
}

// undecided reports whether a plain synced file misses the bound as well. Then the disk is busy with something else,
// and the row does not fail the run.
func (r row) undecided(bound float64) bool { return r.floor > 0 && r.missedBy(bound, r.floor) > 0 }

// verdict is the last column: which bound is missed, and by how much.
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

// median returns the middle value, the mean of the two middle ones, or 0 for no values. It does not change values.
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

// ratios divides the values of each round by those of the same round of b. Rounds next to each other meet the same
// machine, so their ratio is steadier than a ratio of medians.
func ratios(a, b []float64) []float64 {
	out := make([]float64, min(len(a), len(b)))
	for i := range out {
		out[i] = a[i] / b[i]
	}
	return out
}
