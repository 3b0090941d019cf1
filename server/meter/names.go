package meter

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

// metricName is "hookbeam_" and words in snake case.
var metricName = regexp.MustCompile(`^hookbeam(_[a-z][a-z0-9]*)+$`)

// labelKey and labelValue are short identifiers. A value has no dot, no comma, no quote and no upper case, so a host
// name or an id cannot be used as a label value by mistake.
var (
	labelKey   = regexp.MustCompile(`^[a-z][a-z_]{0,29}$`)
	labelValue = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,39}$`)
)

// units are the allowed last words of the names of gauges and histograms: base units of the Prometheus conventions, and
// the nouns for what this program counts. The list is closed so that every unit has one spelling; add what is missing.
var units = []string{"seconds", "bytes", "ratio", "connections", "readers", "deliveries", "events", "entries", "files",
	"requests"}

// reservedKeys are label keys that the exposition format uses for histograms and summaries.
var reservedKeys = []string{"le", "quantile"}

// Limits of one metric: the length of its name in bytes, and the number of a histogram's bounds.
const (
	maxName    = 80
	maxBuckets = 30
)

// checkMetric returns an error for an invalid name, help text or label. labels are sorted by key.
func checkMetric(kind Kind, name, help string, labels []Label) error {
	if !metricName.MatchString(name) || len(name) > maxName {
		return errors.New(`a name is "hookbeam_" and words in snake case`)
	}
	unit := name[strings.LastIndexByte(name, '_')+1:]
	switch {
	case kind == KindCounter && unit != "total":
		return errors.New("the name of a counter ends in _total")
	case kind != KindCounter && !slices.Contains(units, unit):
		return fmt.Errorf("the name of a %s ends in one of the units %s", kind, strings.Join(units, ", "))
	case strings.TrimSpace(help) == "" || strings.ContainsAny(help, "\r\n"):
		return errors.New("its help text is one line")
	}
	for i, l := range labels {
		switch {
		case !labelKey.MatchString(l.Key) || slices.Contains(reservedKeys, l.Key):
			return fmt.Errorf("%q cannot be the key of a label", l.Key)
		case i > 0 && labels[i-1].Key == l.Key:
			return fmt.Errorf("it has the label %q twice", l.Key)
		case !labelValue.MatchString(l.Value):
			return fmt.Errorf("%q cannot be the value of a label: use a short lower-case constant", l.Value)
		}
	}
	return nil
}

// checkBounds returns an error for bounds of a histogram that are too many, not finite, or not ascending.
func checkBounds(bounds []float64) error {
	if len(bounds) == 0 || len(bounds) > maxBuckets {
		return fmt.Errorf("a histogram has 1 to %d bounds", maxBuckets)
	}
	for i, b := range bounds {
		if math.IsNaN(b) || math.IsInf(b, 0) || i > 0 && b <= bounds[i-1] {
			return errors.New("the bounds of a histogram are finite and ascend")
		}
	}
	return nil
}
