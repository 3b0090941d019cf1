package sample

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// filler puts into a sample what is new each time.
type filler struct {
	run  [16]byte // one for everything that a Sampler makes
	once [16]byte // one for this sample
	at   time.Time
}

// blanks are what fill replaces.
var blanks = regexp.MustCompile(`\{\{[a-z][^{}]*\}\}`)

// fill replaces
//
//	{{seconds}} {{millis}} {{time 2006-01-02}}   the time, in Go's layout; {{seconds-60}} a minute before
//	{{event hex 32}} {{delivery uuid}}           an id of this sample
//	{{order digits 10}} {{charge letters 24}}    an id of the object of this name, the same for all that a Sampler makes
//
// An id is so many of: hex, digits (the first no zero), letters (of both cases, and digits), upper and
// lower (of one case, and digits); or a uuid.
func (f *filler) fill(text string) string {
	return blanks.ReplaceAllStringFunc(text, func(blank string) string {
		blank = blank[2 : len(blank)-2]
		if name, layout, _ := strings.Cut(blank, " "); layout == "" || strings.HasPrefix(name, "time") {
			return f.time(name, layout)
		}
		words := strings.Fields(blank)
		n := 0
		if len(words) == 3 {
			n, _ = strconv.Atoi(words[2]) // a test fills every sample
		}
		seed := f.run
		if words[0] == "event" || words[0] == "delivery" {
			seed = f.once
		}
		return id(seed, words[0], words[1], n)
	})
}

// time writes the moment of the sample, or one some seconds before or after it.
func (f *filler) time(name, layout string) string {
	at := f.at.UTC()
	if i := strings.IndexAny(name, "+-"); i > 0 {
		away, _ := strconv.Atoi(name[i:]) // a test fills every sample
		name, at = name[:i], at.Add(time.Duration(away)*time.Second)
	}
	switch name {
	case "seconds":
		return strconv.FormatInt(at.Unix(), 10)
	case "millis":
		return strconv.FormatInt(at.UnixMilli(), 10)
	}
	return at.Format(layout)
}

// id makes n characters of a kind. The same seed and name give the same ones.
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
