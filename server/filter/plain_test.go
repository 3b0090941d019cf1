package filter

import (
	"bytes"
	"encoding/json"
	"io"
	"math/big"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// plainMatch says what a filter means in the plainest way, without any of the matcher's code: trees of JSON, regular
// expressions, rational numbers, one reading for each term.
func plainMatch(n Node, item Item, now time.Time) bool {
	switch n := n.(type) {
	case nil:
		return true
	case And:
		for _, part := range n.Nodes {
			if !plainMatch(part, item, now) {
				return false
			}
		}
		return true
	case Or:
		for _, part := range n.Nodes {
			if plainMatch(part, item, now) {
				return true
			}
		}
		return false
	case Not:
		return !plainMatch(n.Node, item, now)
	case Compare:
		for _, v := range n.Values {
			for _, found := range plainValues(n.Key, item) {
				if plainCompare(n, v, found, now) {
					return true
				}
			}
		}
		return false
	case Has:
		for _, key := range n.Keys {
			for _, found := range plainValues(key, item) {
				if found.kind != 'n' && (found.kind != '#' || found.text != "0") {
					return true
				}
			}
		}
		return false
	case Is:
		for _, flag := range n.Flags {
			if plainFlags(item.Record)[flag] {
				return true
			}
		}
		return false
	case Word:
		return plainWords(n.Text, n.Prefix, item.Record)
	case Phrase:
		return plainWords(n.Text, n.Prefix, item.Record)
	case ID:
		return plainID(n.Text, item)
	}
	panic("an unknown node")
}

// plainValue is a value of a record. Its kind is s for text, d for a JSON number, n for null, o for an object or an
// array, b for true and false, # for a number of the record, @ for a time, i for an address.
type plainValue struct {
	text string
	kind byte
	at   time.Time
}

func plainValues(key Key, item Item) []plainValue {
	r := item.Record
	var found []plainValue
	add := func(kind byte, values ...string) {
		for _, v := range values {
			if v != "" {
				found = append(found, plainValue{text: v, kind: kind})
			}
		}
	}
	number := func(n int64) { add('#', big.NewInt(n).String()) }
	switch key.Name {
	case "body":
		if root, ok := plainJSON(r.Body); ok {
			return plainAt(root, key.Path)
		}
	case "form", "query", "header":
		return plainNamed(key, r)
	case "size":
		number(r.Size)
	case "seq":
		number(int64(r.Seq))
	case "after", "before":
		return []plainValue{{kind: '@', at: r.ReceivedAt.Time}}
	case "ip":
		add('i', r.Remote)
	}
	add('s', map[string][]string{
		"endpoint": {item.EndpointName, string(r.Endpoint)}, "provider": {item.Provider}, "type": {r.Type},
		"event":   {r.Event},
		"account": {r.Account}, "verdict": {string(r.Verdict)}, "reason": {string(r.Reason)}, "mode": {r.Mode},
		"method": {r.Method},
		"path":   {r.Path},
	}[key.Name]...)
	if item.Subjects == nil {
		return found
	}
	for _, s := range item.Subjects() {
		if key.Name == "amount" && s.Amount != 0 {
			number(s.Amount)
		}
		add('s', map[string][]string{
			"state": {string(s.State)}, "status": {string(s.State), string(s.Status)}, "reference": {s.Reference},
		}[key.Name]...)
		for _, name := range s.Names {
			if key.Name == "subject" {
				add('s', name, strings.Join(strings.Split(name, "/")[1:], "/"))
			}
		}
	}
	return found
}

func plainNamed(key Key, r *hook.Record) []plainValue {
	pairs := map[string]string{"query": r.Query, "form": string(r.Body)}[key.Name]
	if key.Name == "form" && !strings.HasPrefix(r.ContentType, "application/x-www-form-urlencoded") {
		pairs = ""
	}
	var found []plainValue
	for _, pair := range strings.Split(pairs, "&") {
		parts := strings.SplitN(pair+"=", "=", 2)
		value := strings.TrimSuffix(parts[1], "=")
		if strings.Contains(pair, "=") {
			value = pair[strings.Index(pair, "=")+1:]
		}
		if pair != "" && strings.EqualFold(plainUnescape(parts[0]), key.Path[0]) {
			found = append(found, plainValue{text: plainUnescape(value), kind: 's'})
		}
	}
	for _, h := range r.Headers {
		if key.Name == "header" && strings.EqualFold(h.Name, key.Path[0]) {
			found = append(found, plainValue{text: h.Value, kind: 's'})
		}
	}
	return found
}

func plainUnescape(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// plainMember is a member of an object; plainJSON keeps those with equal names apart.
type plainMember struct {
	name  string
	value any
}

func plainJSON(body []byte) (any, bool) {
	if !json.Valid(body) {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var read func() any
	read = func() any {
		token, err := d.Token()
		if err != nil && err != io.EOF {
			panic(err)
		}
		switch token {
		case json.Delim('{'):
			members := []plainMember{}
			for d.More() {
				name, _ := d.Token()
				members = append(members, plainMember{name.(string), read()})
			}
			_, _ = d.Token()
			return members
		case json.Delim('['):
			items := []any{}
			for d.More() {
				items = append(items, read())
			}
			_, _ = d.Token()
			return items
		}
		return token
	}
	return read(), true
}

func plainAt(v any, path []string) []plainValue {
	var found []plainValue
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			found = append(found, plainAt(item, path)...)
		}
		if len(path) == 0 {
			found = append(found, plainValue{kind: 'o'})
		}
		return found
	case []plainMember:
		if len(path) == 0 {
			return []plainValue{{kind: 'o'}}
		}
		for _, m := range v {
			if strings.EqualFold(m.name, path[0]) {
				found = append(found, plainAt(m.value, path[1:])...)
			}
		}
		return found
	}
	if len(path) > 0 {
		return nil
	}
	switch v := v.(type) {
	case string:
		return []plainValue{{text: v, kind: 's'}}
	case json.Number:
		return []plainValue{{text: string(v), kind: 'd'}}
	case bool:
		return []plainValue{{text: map[bool]string{true: "true", false: "false"}[v], kind: 'b'}}
	}
	return []plainValue{{text: "null", kind: 'n'}}
}

func plainCompare(n Compare, v Value, found plainValue, now time.Time) bool {
	switch found.kind {
	case 'o':
		return false
	case '@':
		return found.at.Before(plainTime(v.Text(), now)) == (n.Key.Name == "before")
	case 'i':
		if !v.Glob() {
			return plainAddress(v.Text(), found.text)
		}
	}
	value := plainNumber(found.text)
	if v.Range || n.Op != Equal {
		if value == nil {
			return false
		}
		if v.Range {
			return (v.From == "" || value.Cmp(plainNumber(v.From)) >= 0) &&
				(v.To == "" || value.Cmp(plainNumber(v.To)) <= 0)
		}
		order := value.Cmp(plainNumber(v.Text()))
		return map[Op]bool{Greater: order > 0, GreaterOrEqual: order >= 0, Less: order < 0,
			LessOrEqual: order <= 0}[n.Op]
	}
	if wanted := plainNumber(v.Text()); value != nil && wanted != nil && value.Cmp(wanted) == 0 {
		if found.kind == '#' || found.kind == 'd' && !v.Quoted {
			return true
		}
	}
	var pattern []string
	for _, piece := range v.Pieces {
		pattern = append(pattern, regexp.QuoteMeta(strings.ToValidUTF8(piece, "\ufffd")))
	}
	text := strings.Map(func(c rune) rune { return c }, found.text) // what is no UTF-8 becomes U+FFFD, byte by byte
	return found.kind != '#' && regexp.MustCompile(`(?is)^`+strings.Join(pattern, ".*")+"$").MatchString(text)
}

func plainTime(text string, now time.Time) time.Time {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	hours := map[byte]int64{'h': 3600, 'd': 86400, 'w': 604800, 'm': 60, 's': 1}[text[len(text)-1]]
	n, _ := new(big.Int).SetString(text[:len(text)-1], 10)
	return now.Add(-time.Duration(n.Int64()*hours) * time.Second)
}

func plainAddress(want, have string) bool {
	addr, err := netip.ParseAddr(have)
	if err != nil {
		return false
	}
	if network, err := netip.ParsePrefix(want); err == nil {
		return network.Contains(addr)
	}
	return netip.MustParseAddr(want).Unmap().WithZone("") == addr
}

// plainNumber reads numbers with small exponents; nil for everything else.
func plainNumber(text string) *big.Rat {
	if !regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`).MatchString(text) {
		return nil
	}
	r, _ := new(big.Rat).SetString(text)
	return r
}

func plainFlags(r *hook.Record) map[Flag]bool {
	return map[Flag]bool{
		FlagVerified: r.Verdict == "verified", FlagUnsigned: r.Verdict == "unsigned",
		FlagRejected:  r.Verdict == "rejected",
		FlagDuplicate: r.DuplicateOf > 0, FlagRetry: r.Occurrence >= 2, FlagReleased: r.ReleaseOf > 0,
		FlagLive: r.Mode == "live",
		FlagTest: r.Mode == "test", FlagSample: r.Header("Hookbeam-Sample") != "", FlagBatch: r.Events >= 2,
		FlagDamaged: r.Integrity == "damaged",
	}
}
