package sqlite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// appendEvidence appends e as the JSON object that encoding/json would read as the same evidence. It is called for each
// event that reports something, and takes a fraction of the time of encoding/json.
func appendEvidence(b []byte, e *hook.Evidence) []byte {
	b = wire.AppendString(append(b, '{'), `"event":`, e.Event)
	b = wire.AppendString(b, `,"kind":`, string(e.Kind))
	b = wire.AppendTime(b, `,"at":`, e.At)
	b = strconv.AppendInt(append(b, `,"seq":`...), int64(e.Seq), 10)
	b = wire.AppendNonEmpty(b, `,"delivery":`, string(e.Delivery))
	b = wire.AppendNonEmpty(b, `,"type":`, e.Type)
	b = wire.AppendTime(b, `,"received_at":`, e.ReceivedAt)
	b = wire.AppendNonZero(b, `,"amount":`, e.Amount)
	b = wire.AppendNonEmpty(b, `,"currency":`, e.Currency)
	b = wire.AppendNonEmpty(b, `,"part":`, e.Part)
	b = wire.AppendNonEmpty(b, `,"of":`, e.Of)
	b = wire.AppendNonZero(b, `,"total":`, e.Total)
	b = wire.AppendIfTrue(b, `,"inferred":`, e.Inferred)
	b = wire.AppendIfTrue(b, `,"reserved":`, e.Reserved)
	b = wire.AppendNonEmpty(b, `,"follows":`, string(e.Follows))
	b = wire.AppendNonZero(b, `,"charged":`, e.Charged)
	b = wire.AppendNonZero(b, `,"extra":`, e.Extra)
	b = wire.AppendIfTrue(b, `,"release":`, e.Release)
	b = wire.AppendNonZero(b, `,"due":`, e.Due)
	b = wire.AppendNonZero(b, `,"declared":`, e.Declared)
	b = wire.AppendNonZero(b, `,"returned":`, e.Returned)
	b = wire.AppendIfTrue(b, `,"paid":`, e.Paid)
	b = wire.AppendNonEmpty(b, `,"method":`, string(e.Method))
	b = wire.AppendNonEmpty(b, `,"cause":`, string(e.Cause))
	b = wire.AppendNonEmpty(b, `,"review":`, string(e.Review))
	b = wire.AppendIfTrue(b, `,"late":`, e.Late)
	b = wire.AppendNonEmpty(b, `,"variant":`, e.Variant)
	b = wire.AppendIfTrue(b, `,"inherited":`, e.Inherited)
	b = wire.AppendNonEmpty(b, `,"state":`, string(e.State))
	b = wire.AppendNonEmpty(b, `,"fulfilment":`, string(e.Fulfilment))
	b = wire.AppendNonEmpty(b, `,"tone":`, string(e.Tone))
	b = wire.AppendIfTrue(b, `,"final":`, e.Final)
	b = wire.AppendNonZero(b, `,"version":`, e.Version)
	b = wire.AppendNonZero(b, `,"rank":`, int64(e.Rank))
	b = wire.AppendNonEmpty(b, `,"reference":`, e.Reference)
	b = wire.AppendNonEmpty(b, `,"customer":`, e.Customer)
	b = wire.AppendNonEmpty(b, `,"title":`, e.Title)
	b = wire.AppendNonEmpty(b, `,"url":`, e.URL)
	return append(b, '}')
}

// readEvidence parses the column evidence: one JSON object per line.
func readEvidence(lines []byte) (all []hook.Evidence, err error) {
	for line := range bytes.Lines(lines) {
		e := storedEvidence{}
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("read evidence: %w", err)
		}
		all = append(all, e.evidence())
	}
	return all, nil
}

// storedEvidence is evidence as it is stored. It also reads the form of earlier releases, in which total was a flag for
// amount, and part was called refund.
type storedEvidence struct {
	hook.Evidence
	Total  json.RawMessage `json:"total"`
	Refund string          `json:"refund"`
}

func (s *storedEvidence) evidence() hook.Evidence {
	e := s.Evidence
	switch text := string(s.Total); text {
	case "":
	case "true":
		e.Total, e.Amount = e.Amount, 0
	default:
		e.Total, _ = strconv.ParseInt(text, 10, 64)
	}
	if s.Refund != "" {
		e.Part = s.Refund
	}
	return e
}
