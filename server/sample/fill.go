package sample

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// filler fills in the placeholders of one sample: ids and times. Ids are derived from seeds, so one name gives one id
// wherever it occurs in a sample.
type filler struct {
	samplerSeed [16]byte  // of the ids of objects; shared by all samples of a Sampler
	sampleSeed  [16]byte  // of the ids of the event and the delivery; new for each sample
	terms       Terms     // amount, currency and reference; all fields are set
	at          time.Time // when the event is said to happen
}

// placeholders matches what fill replaces.
var placeholders = regexp.MustCompile(`\{\{[a-z][^{}]*\}\}`)

// fill replaces the placeholders of a text:
//
//	{{seconds}} {{millis}}                      the time since 1970
//	{{time 2006-01-02}}                         the time in UTC, in a layout of Go
//	{{seconds-60}} {{time+60 15:04:05}}         a time so many seconds before or after
//	{{event hex 32}} {{delivery uuid}}          an id of this sample
//	{{order digits 10}} {{charge letters 24}}   an id of the object with this name, the same for all of a Sampler
//	{{amount}} {{money}}                        the amount in minor units, and with a decimal point: 4900 and 49.00
//	{{amount half}} {{money half}}              half of it, rounded down
//	{{amount rest}} {{money rest}}              the other half
//	{{currency}} {{currency lower}}             the currency: EUR and eur
//	{{reference}}                               the shop's own number of the order
//
// Samples with the same reference have the same customer: the objects with the names customer and payer. The objects
// with the names account, merchant, location, store and profile are the shop's own, and the same in all samples.
//
// An id has a number of characters of one kind: hex, digits (not starting with 0), letters (both cases and digits),
// upper or lower (one case and digits). A uuid has no number.
func (f *filler) fill(text string) string {
	return placeholders.ReplaceAllStringFunc(text, func(placeholder string) string {
		placeholder = placeholder[2 : len(placeholder)-2]
		name, layout, _ := strings.Cut(placeholder, " ")
		if text, ok := f.terms.fill(name, layout); ok {
			return text
		}
		if layout == "" || strings.HasPrefix(name, "time") {
			return f.time(name, layout)
		}
		words := strings.Fields(placeholder)
		n := 0
		if len(words) == 3 {
			n, _ = strconv.Atoi(words[2]) // a test fills every sample
		}
		seed := f.samplerSeed
		switch words[0] {
		case "event", "delivery":
			seed = f.sampleSeed
		case "customer", "payer":
			seed = seedOf("customer", f.terms.Reference)
		case "account", "merchant", "location", "store", "profile":
			seed = seedOf("shop")
		}
		return id(seed, words[0], words[1], n)
	})
}

// time formats the time of the sample. A name such as "seconds-60" moves it by so many seconds.
func (f *filler) time(name, layout string) string {
	at := f.at.UTC()
	if i := strings.IndexAny(name, "+-"); i > 0 {
		offset, _ := strconv.Atoi(name[i:]) // a test fills every sample
		name, at = name[:i], at.Add(time.Duration(offset)*time.Second)
	}
	switch name {
	case "seconds":
		return strconv.FormatInt(at.Unix(), 10)
	case "millis":
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return at.Format(layout)
}

// id returns n characters of a kind, or a uuid (version 4). The same seed and name give the same id. It takes them from
// SHA-256 over seed, name and a counter of blocks. An unknown kind gives "".
func id(seed [16]byte, name, kind string, n int) string {
	const digits, small = "0123456789", "abcdefghijklmnopqrstuvwxyz"
	letters := map[string]string{"hex": digits + "abcdef", "digits": digits, "lower": digits + small,
		"upper": digits + strings.ToUpper(small), "letters": digits + small + strings.ToUpper(small)}[kind]
	if kind == "uuid" {
		h := id(seed, name, "hex", 32)
		return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
	}
	out := make([]byte, 0, n)
	for block := 0; len(out) < n && letters != ""; block++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%x %s %d", seed, name, block))
		for _, b := range sum[:min(n-len(out), len(sum))] {
			out = append(out, letters[int(b)%len(letters)])
		}
	}
	if kind == "digits" && n > 0 && out[0] == '0' {
		out[0] = '1'
	}
	return string(out)
}
