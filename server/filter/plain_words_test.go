package filter

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"unicode"

	"hookbeam/server/hook"
)

// plainTokens splits a text into its tokens.
func plainTokens(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
}

func plainWords(text string, prefix bool, r *hook.Record) bool {
	row := plainTokens(text)
	var places []string
	for _, h := range r.Headers {
		places = append(places, h.Name+" "+h.Value)
	}
	switch {
	case strings.HasPrefix(r.ContentType, "application/x-www-form-urlencoded"):
		var parts []string
		for _, pair := range strings.Split(string(r.Body), "&") {
			for _, part := range strings.SplitN(pair, "=", 2) {
				parts = append(parts, plainUnescape(part))
			}
		}
		places = append(places, strings.Join(parts, " "))
	case json.Valid(r.Body):
		places = append(places, plainUnquoted(string(r.Body)))
	default:
		places = append(places, string(r.Body))
	}
	for _, place := range places {
		have := plainTokens(place)
		for i := 0; i+len(row) <= len(have); i++ {
			same := true
			for j, want := range row {
				a, b := []rune(want), []rune(have[i+j])
				if prefix && j == len(row)-1 && len(b) > len(a) {
					b = b[:len(a)]
				}
				same = same && strings.EqualFold(string(a), string(b))
			}
			if same {
				return true
			}
		}
	}
	return false
}

// plainUnquoted returns JSON with its strings decoded and set apart.
func plainUnquoted(text string) string {
	return regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).ReplaceAllStringFunc(text, func(quoted string) string {
		var decoded string
		_ = json.Unmarshal([]byte(quoted), &decoded)
		return " " + decoded + " "
	})
}

func plainID(id string, item Item) bool {
	r := item.Record
	if digits, found := strings.CutPrefix(id, "#"); found {
		return plainNumber(digits).Cmp(new(big.Rat).SetInt64(int64(r.Seq))) == 0
	}
	var same []string
	prefix, _, _ := strings.Cut(id, "_")
	switch prefix {
	case "dlv":
		same = []string{string(r.ID)}
	case "ep":
		same = []string{string(r.Endpoint)}
	case "sub":
		for _, s := range item.Subjects() {
			same = append(same, string(s.Status))
		}
	default:
		same = []string{r.Event}
		for _, v := range plainValues(Key{Name: "subject"}, item) {
			same = append(same, v.text)
		}
		if plainWords(id, false, r) {
			return true
		}
	}
	for _, text := range same {
		if strings.EqualFold(text, id) {
			return true
		}
	}
	return false
}
