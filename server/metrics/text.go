package metrics

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"hookbeam/server/meter"
)

// emitter gathers metrics and writes them in version 0.0.4 of Prometheus' text format
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Series come in any order; the text is ordered by name
// and labels. A mistake, such as a series that occurs twice, makes text return an error, because Prometheus would drop
// the whole scrape.
type emitter struct {
	families map[string]*textFamily
	mistake  error // the first
}

// textFamily is all series of one name. They share help text, type and label keys.
type textFamily struct {
	help   string
	kind   meter.Kind
	series []textSeries
}

// textSeries is one series: a value, or several of a histogram or a summary.
type textSeries struct {
	labels    []pair // ordered by key
	value     float64
	histogram *meter.Series
	summary   *summary
}

// summary is a distribution with a few of its quantiles, which are ordered by rank.
type summary struct {
	quantiles []rankedValue
	sum       float64
	count     uint64
}

// rankedValue is the value below which a share of the observations lies. rank is that share, from 0 to 1.
type rankedValue struct{ rank, value float64 }

// kindSummary is used by the metrics of Go's runtime alone, so package meter does not have it.
const kindSummary meter.Kind = "summary"

// pair is a label with its value.
type pair struct{ key, value string }

func label(key, value string) pair { return pair{key, value} }

func newEmitter() *emitter { return &emitter{families: map[string]*textFamily{}} }

func (m *emitter) counter(name, help string, value float64, labels ...pair) {
	m.add(name, help, meter.KindCounter, textSeries{labels: labels, value: value})
}

func (m *emitter) gauge(name, help string, value float64, labels ...pair) {
	m.add(name, help, meter.KindGauge, textSeries{labels: labels, value: value})
}

func (m *emitter) histogram(name, help string, s *meter.Series, labels ...pair) {
	m.add(name, help, meter.KindHistogram, textSeries{labels: labels, histogram: s})
}

func (m *emitter) summary(name, help string, s summary, labels ...pair) {
	m.add(name, help, kindSummary, textSeries{labels: labels, summary: &s})
}

func (m *emitter) add(name, help string, kind meter.Kind, s textSeries) {
	slices.SortFunc(s.labels, func(a, b pair) int { return cmp.Compare(a.key, b.key) })
	f := m.families[name]
	if f == nil {
		f = &textFamily{help: help, kind: kind}
		m.families[name] = f
	}
	if f.help != help || f.kind != kind || len(f.series) > 0 && !sameKeys(f.series[0].labels, s.labels) {
		m.fail("two series of %s differ in type, help text or labels", name)
		return
	}
	f.series = append(f.series, s)
}

// fail keeps a mistake, if it is the first.
func (m *emitter) fail(format string, args ...any) {
	if m.mistake == nil {
		m.mistake = fmt.Errorf(format, args...)
	}
}

func sameKeys(a, b []pair) bool {
	return slices.EqualFunc(a, b, func(x, y pair) bool { return x.key == y.key })
}

// byValues orders series of one name by the values of their labels.
func byValues(a, b textSeries) int {
	return slices.CompareFunc(a.labels, b.labels, func(x, y pair) int { return cmp.Compare(x.value, y.value) })
}

// text returns everything that was emitted.
func (m *emitter) text() ([]byte, error) {
	var w textWriter
	for _, name := range slices.Sorted(maps.Keys(m.families)) {
		f := m.families[name]
		w.comment("HELP", name, escapeHelp.Replace(f.help))
		w.comment("TYPE", name, string(f.kind))
		slices.SortFunc(f.series, byValues)
		for i := range f.series {
			if i > 0 && byValues(f.series[i-1], f.series[i]) == 0 {
				m.fail("a series of %s occurs twice", name)
			}
			w.series(name, &f.series[i])
		}
	}
	return w.Bytes(), m.mistake
}

// What the format escapes: in help texts, and in the values of labels.
var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// textWriter writes lines of the format.
type textWriter struct{ bytes.Buffer }

func (w *textWriter) comment(kind, name, text string) {
	w.WriteString("# " + kind + " " + name + " " + text + "\n")
}

// series writes the line or the lines of one series. The buckets of a histogram are cumulative, and the last of them
// counts everything.
func (w *textWriter) series(name string, s *textSeries) {
	switch {
	case s.histogram != nil:
		h, below := s.histogram, uint64(0)
		for i, bound := range h.Bounds {
			below += h.Buckets[i]
			w.count(name+"_bucket", s.labels, below, label("le", number(bound)))
		}
		w.count(name+"_bucket", s.labels, h.Count, label("le", "+Inf"))
		w.line(name+"_sum", s.labels, number(h.Sum))
		w.count(name+"_count", s.labels, h.Count)
	case s.summary != nil:
		for _, q := range s.summary.quantiles {
			w.line(name, s.labels, number(q.value), label("quantile", number(q.rank)))
		}
		w.line(name+"_sum", s.labels, number(s.summary.sum))
		w.count(name+"_count", s.labels, s.summary.count)
	default:
		w.line(name, s.labels, number(s.value))
	}
}

func (w *textWriter) count(name string, labels []pair, n uint64, more ...pair) {
	w.line(name, labels, strconv.FormatUint(n, 10), more...)
}

// line writes one sample. more are labels that follow the series' own.
func (w *textWriter) line(name string, labels []pair, value string, more ...pair) {
	w.WriteString(name)
	separator := byte('{')
	for _, of := range [][]pair{labels, more} {
		for _, l := range of {
			w.WriteByte(separator)
			w.WriteString(l.key + `="` + escapeLabel.Replace(strings.ToValidUTF8(l.value, "?")) + `"`)
			separator = ','
		}
	}
	if separator == ',' {
		w.WriteByte('}')
	}
	w.WriteString(" " + value + "\n")
}

// number returns a value as the format has it.
func number(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case math.IsInf(v, -1):
		return "-Inf"
	default:
		return strconv.FormatFloat(v, 'g', -1, 64) // NaN is "NaN"
	}
}
