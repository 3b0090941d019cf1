package hook

import (
	"encoding/json"
	"strconv"
	"strings"
)

// What is written for each delivery is written by hand, at a fifth of what encoding/json would cost. A key is given whole,
// with what stands before and behind it: `,"seq":`.

// AppendText writes a string as encoding/json would.
func AppendText(b []byte, key, value string) []byte {
	b = append(b, key...)
	if strings.IndexFunc(value, awkward) < 0 {
		b = append(b, '"')
		b = append(b, value...)
		return append(b, '"')
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return append(b, `""`...) // a string always has a JSON form
	}
	return append(b, quoted...)
}

// awkward characters need more than quotes around them.
func awkward(c rune) bool {
	return c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&'
}

// AppendOptional writes a string that is not empty.
func AppendOptional(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return AppendText(b, key, value)
}

// AppendNumber writes a number that is not 0.
func AppendNumber(b []byte, key string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(append(b, key...), n, 10)
}

// AppendTrue writes what is true.
func AppendTrue(b []byte, key string, is bool) []byte {
	if !is {
		return b
	}
	return append(append(b, key...), "true"...)
}

// AppendMoment writes a time.
func AppendMoment(b []byte, key string, at Time) []byte {
	return append(at.Append(append(append(b, key...), '"')), '"')
}

// AppendJSON writes the status as clients are told of it, as encoding/json would.
func (s *Status) AppendJSON(b []byte) []byte {
	b = AppendText(b, `{"id":`, string(s.ID))
	b = AppendText(b, `,"endpoint":`, string(s.Endpoint))
	b = AppendText(b, `,"subject":`, s.Subject)
	b = AppendText(b, `,"kind":`, string(s.Kind))
	b = AppendText(b, `,"state":`, string(s.State))
	b = AppendText(b, `,"tone":`, string(s.Tone))
	b = AppendTrue(b, `,"final":`, s.Final)
	b = AppendOptional(b, `,"dispute":`, string(s.Dispute))
	b = AppendTrue(b, `,"late":`, s.Late)
	b = AppendTrue(b, `,"needs_review":`, s.NeedsReview)
	b = AppendTrue(b, `,"too_much":`, s.TooMuch)
	b = AppendTrue(b, `,"unverified":`, s.Unverified)
	b = AppendOptional(b, `,"mode":`, s.Mode)
	b = AppendOptional(b, `,"fulfilment":`, string(s.Fulfilment))
	b = AppendNumber(b, `,"amount":`, s.Amount)
	b = AppendNumber(b, `,"refunded":`, s.Refunded)
	b = AppendOptional(b, `,"currency":`, s.Currency)
	b = AppendOptional(b, `,"reference":`, s.Reference)
	b = AppendOptional(b, `,"customer":`, s.Customer)
	b = AppendOptional(b, `,"title":`, s.Title)
	b = AppendOptional(b, `,"url":`, s.URL)
	b = appendList(b, `,"names":`, s.Names)
	if len(s.Merged) > 0 {
		b = appendList(b, `,"merged":`, s.Merged)
	}
	b = strconv.AppendInt(append(b, `,"seq":`...), int64(s.Seq), 10)
	b = AppendMoment(b, `,"created_at":`, s.CreatedAt)
	b = AppendMoment(b, `,"updated_at":`, s.UpdatedAt)
	return append(b, '}')
}

func appendList[T ~string](b []byte, key string, list []T) []byte {
	b = append(b, key...)
	if list == nil {
		return append(b, "null"...)
	}
	before := "["
	for _, one := range list {
		b = AppendText(b, before, string(one))
		before = ","
	}
	if len(list) == 0 {
		b = append(b, '[')
	}
	return append(b, ']')
}
