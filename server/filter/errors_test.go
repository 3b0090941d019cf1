package filter

import (
	"errors"
	"strings"
	"testing"
)

// wrongText is a text that is no filter, and parts of what is said of it.
type wrongText struct {
	text, at      string // at is the part that is marked; "" marks the place of the | in text
	message, hint string
}

func TestErrorsInKeysAndValuesSayWhereWhatAndHow(t *testing.T) {
	checkErrors(t, map[string]wrongText{
		"an unknown key": {"a verdikt:rejected", "verdikt", `no key "verdikt"`,
			`Did you mean "verdict"?`},
		"swapped letters":                {"tpye:a", "tpye", "no key", `Did you mean "type"?`},
		"a key that is near to none":     {"https://a", "https", "no key", "put it in quotes"},
		"an unknown path":                {"bdy.a.b:1", "bdy.a.b", "no key", `Did you mean "body.a.b"?`},
		"a path without its first part":  {"data.object.id:1", "data.object.id", "no key", "body.data.object.id"},
		"a field with a path":            {"type.a:1", "type.a", "no key", "body.type.a"},
		"a not-equal sign":               {"size!=5", "!", "operator != does not exist", "-size:value"},
		"a not-equal sign behind a path": {"body.a!=5", "!", "operator != does not exist", "-body.a:1"},
		"an unknown verdict":             {"verdict:regected", "regected", "no verdict", `Did you mean "rejected"?`},
		"a verdict in a list": {"verdict:verified,no", "no", `no verdict "no"`,
			"verified, unsigned, rejected"},
		"a glob that no verdict fits":  {"verdict:x*", "x*", "no verdict", "Use one of"},
		"an unknown mode":              {"mode:tets", "tets", "no mode", `Did you mean "test"?`},
		"an unknown state":             {"state:payed", "payed", "no state", `Did you mean "paid"?`},
		"an unknown status":            {"status:brewing", "brewing", "no status", "in quotes"},
		"an unknown flag":              {"is:duplicat", "duplicat", "no flag", `Did you mean "duplicate"?`},
		"no flag":                      {"is:|", "", "no flag", "Use one of"},
		"is without a colon":           {"is>test", ">", "is takes names", "is:duplicate"},
		"has without a key":            {"has:|", "", "needs a key", "has:event"},
		"has with an unknown key":      {"has:evnt", "evnt", "no key", `Did you mean "event"?`},
		"has with a time":              {"has:after", "after", "cannot be used with after", "after:1h"},
		"has with a value":             {"has:event:x", ":", "A space is missing", ""},
		"no value":                     {"type:| a", "", "A value is missing", "type:value"},
		"no value in a list":           {"type:a,|", "", "A value is missing", "a,b"},
		"no value behind a comparison": {"size>| 1000", "", "A value is missing", "size:value"},
		"a comparison between blanks":  {"size > 1000", ">", "A key is missing", "size:>1000"},
		"a comparison of texts":        {"type:>a", "a", "type is text", "type:a"},
		"a comparison with several":    {"size:>1,2", "2", "one value", "10..20"},
		"a comparison with a range":    {"size:>1..2", "1..2", "range cannot follow", "size:1..2"},
		"what is no number":            {"size:1k", "1k", "not a number", "size:>1000"},
		"what is no number, in a path": {"body.a:>x", "x", "not a number", "body.a:>1000"},
		"a glob of numbers":            {"size:1*", "1*", "not a number", "size:1000"},
		"a number that is too large": {"size:1e999999999999999999999", "1e999999999999999999999", "not a number",
			""},
		"a range without ends":        {"size:..", "..", "not a number", "10..20"},
		"a range with a wrong end":    {"size:1..x", "1..x", "not a number", "10..20"},
		"a range the wrong way round": {"size:2..1", "2..1", "ends before it begins", "size:1..2"},
		"what is no time":             {"after:yesterday", "yesterday", "not a time", "2026-11-01"},
		"a time without a zone": {"after:2026-11-01T10:00:00", "2026-11-01T10:00:00", "not a time",
			"10:00:00Z"},
		"a time that is too long ago": {"after:99999999w", "99999999w", "not a time", "7d"},
		"a comparison of times":       {"after:>1h", "1h", "takes a time", "before:1h"},
		"several times":               {"after:1h,2h", "2h", "takes only one time", "after:7d before:1d"},
		"what is no address": {"ip:localhost", "localhost", "neither an address nor a network",
			"10.0.0.0/8"},
	})
}

func TestErrorsInTheGrammarSayWhereWhatAndHow(t *testing.T) {
	checkErrors(t, map[string]wrongText{
		"a body without a path":           {"body|:1", "", "body needs a path", "body.name"},
		"a path without a name":           {"body.a.|.b:1", "", "A name is missing", `body."a.b"`},
		"a path that ends with a dot":     {"body.a.|:1", "", "A name is missing", ""},
		"a star in a path":                {"body.a*.b:1", "a*", "needs quotes", `body."a*b"`},
		"a quoted name without a dot":     {`has:body."a"b`, "b", "A dot is missing", ""},
		"a path without a value":          {`body."a.b"|`, "", "no value to compare", `has:body."a.b"`},
		"an open quote":                   {`a "b c`, `"b c`, "never closed", `Add "`},
		"an open quote in a value":        {`type:"b`, `"b`, "never closed", `Add "`},
		"an open quote in a path":         {`body."b`, `"b`, "never closed", `Add "`},
		"an open quote in a key of has":   {`has:body."b`, `"b`, "never closed", `Add "`},
		"a backslash at the end":          {`"b\`, `"b\`, "never closed", `Add "`},
		"an unknown escape":               {`"a\n"`, `\`, "After a backslash", `\\`},
		"nothing in quotes":               {`a ""`, `""`, "no letter or digit", "letters and digits"},
		"a word of signs":                 {"a +++", "+++", "no letter or digit", "letters and digits"},
		"a star alone":                    {"*", "*", "no letter or digit", "letters and digits"},
		"a star inside a word":            {"re*nd", "*", "A * in a word", "type:*.paid"},
		"a quote behind a word":           {`a"b`, `"`, "A space is missing", "quotes around"},
		"a letter behind a phrase":        {`"b"é`, "é", `missing before "é"`, "quotes around"},
		"a parenthesis behind a word":     {"a(b)", "(", "A space is missing", "quotes around"},
		"a parenthesis in a value":        {"type:a(b)", "(", "parenthesis needs quotes", `type:"a(b)"`},
		"an open parenthesis":             {"a (b OR c", "(", "never closed", `Add ")"`},
		"a parenthesis at the end":        {"a (", "(", "never closed", `Add ")"`},
		"a closing parenthesis":           {"a) b", ")", "no opening one", "Remove it"},
		"a closing parenthesis at once":   {")", ")", "A term is missing", ""},
		"empty parentheses":               {"a ( )", "( )", "nothing between", "Remove them"},
		"or without a term before it":     {"OR a", "OR", "OR needs a term before it", "in quotes"},
		"and without a term before it":    {"a OR AND b", "AND", "AND needs a term before it", "in quotes"},
		"or without a term behind it":     {"a OR |", "", "OR needs a term after it", `put it in quotes: "OR"`},
		"or before a closing parenthesis": {"(a OR )", ")", "A term is missing", ""},
		"not without a term":              {"NOT|", "", "NOT needs a term after it", "in quotes"},
		"a minus sign without a term":     {"a -| b", "", "A minus sign needs a term", "-type:ping"},
		"a seq that is too large": {"#99999999999999999999", "#99999999999999999999",
			"too large for a seq", ""},
		"what is no UTF-8": {"a \xff", "\xff", "not valid UTF-8", ""},
		"a text that is too long": {strings.Repeat("a", MaxText) + "bc", "bc", "maximum is 4096",
			"several filters"},
		"a text that is too long in full": {strings.Repeat("a", MaxText-7) + " size>1", strings.Repeat("a",
			MaxText-7) + " size>1", "Written in full", "several filters"},
		"too many terms": {strings.Repeat("a ", MaxTerms) + "b c", "b c", "more than 64 terms",
			"type:a,b,c"},
		"too many values": {"type:" + strings.Repeat("a,", MaxValues) + "b c", "b c",
			"more than 256 values", "type:invoice.*"},
		"parentheses that are too deep": {strings.Repeat("(", MaxDepth) + "|" + strings.Repeat("(", 3), "",
			"more than 16 deep", "fewer"},
		"too many NOTs": {strings.Repeat("-", MaxDepth) + "|-a", "", "more than 16 deep",
			"fewer"},
		"a blank that is none of ASCII":     {"type:|\u00a0a", "", "A value is missing", ""},
		"a minus sign before a parenthesis": {"-()", "()", "nothing between", ""},
	})
}

func checkErrors(t *testing.T, texts map[string]wrongText) {
	t.Helper()
	for name, c := range texts {
		t.Run(name, func(t *testing.T) { c.check(t) })
	}
}

func (c wrongText) check(t *testing.T) {
	text := c.text
	start := strings.LastIndex(text, c.at)
	if c.at == "" {
		start = strings.IndexByte(text, '|')
		text = strings.Replace(text, "|", "", 1)
	}
	_, err := Parse(text)
	var wrong *SyntaxError
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v", err)
	}
	end := start + len(c.at)
	if strings.Contains(wrong.Message, "deep") {
		end = start + 1
	}
	if wrong.Position != start || wrong.End != end {
		t.Errorf("marked %d..%d, want %d..%d", wrong.Position, wrong.End, start, end)
	}
	if !strings.Contains(wrong.Message, c.message) || !strings.HasSuffix(wrong.Message, ".") {
		t.Errorf("message %q, want %q in it", wrong.Message, c.message)
	}
	if !strings.Contains(wrong.Hint,
		c.hint) || wrong.Hint != "" && !strings.ContainsAny(wrong.Hint[len(wrong.Hint)-1:], ".?") {
		t.Errorf("hint %q, want %q in it", wrong.Hint, c.hint)
	}
	if wrong.Expected == "" || !strings.Contains(err.Error(), wrong.Message) {
		t.Errorf("expected %q in %q", wrong.Expected, err)
	}
}
