package sqlite

import (
	"encoding/json"
	"fmt"
	"strconv"

	"hookbeam/server/hook"
	"hookbeam/server/wire"
)

// appendLinks appends l as the JSON object that encoding/json would read as the same links; nothing if it connects
// nothing. It is called for each payment and each of its orders and references whenever one changes, and takes a
// fraction of the time of encoding/json.
func appendLinks(b []byte, l *hook.Links) ([]byte, error) {
	if l.Level == "" {
		return b, nil
	}
	b = wire.AppendString(append(b, '{'), `"level":`, string(l.Level))
	b = appendTexts(b, `,"names":`, l.Names)
	b = appendTexts(b, `,"orders":`, l.Orders)
	b = appendTexts(b, `,"references":`, l.References)
	b = wire.AppendNonEmpty(b, `,"account":`, l.Account)
	b = appendTexts(b, `,"customers":`, l.Customers)
	for i := range l.Members {
		if i == 0 {
			b = append(b, `,"members":[`...)
		} else {
			b = append(b, ',')
		}
		b = appendMember(b, &l.Members[i])
	}
	if len(l.Members) > 0 {
		b = append(b, ']')
	}
	b = appendTexts(b, `,"paid":`, l.Paid)
	b = appendTime(b, `,"newest":`, l.Newest)
	b = appendTime(b, `,"heard":`, l.LastReceived)
	b = wire.AppendIfTrue(b, `,"groups":`, l.Groups)
	b = wire.AppendIfTrue(b, `,"upgraded":`, l.Upgraded)
	if l.Reviewed != nil { // rarely
		text, err := json.Marshal(l.Reviewed)
		if err != nil {
			return b, fmt.Errorf("encode a review: %w", err)
		}
		b = append(append(b, `,"reviewed":`...), text...)
	}
	return append(b, '}'), nil
}

func appendMember(b []byte, m *hook.Member) []byte {
	b = wire.AppendString(append(b, '{'), `"name":`, m.Name)
	b = strconv.AppendInt(append(b, `,"row":`...), m.Row, 10)
	b = wire.AppendString(b, `,"level":`, string(m.Level))
	b = wire.AppendIfTrue(b, `,"ordered":`, m.Ordered)
	b = wire.AppendIfTrue(b, `,"money":`, m.Money)
	b = wire.AppendString(b, `,"id":`, string(m.ID))
	b = appendTexts(b, `,"customers":`, m.Customers)
	b = wire.AppendNonEmpty(b, `,"customer":`, m.Customer)
	return append(appendSummary(b, &m.Summary), '}')
}

// appendSummary appends the members of a summary, each after a comma.
func appendSummary(b []byte, s *hook.Summary) []byte {
	b = wire.AppendNonEmpty(b, `,"state":`, string(s.State))
	b = appendTime(b, `,"began":`, s.Began)
	b = appendTime(b, `,"at":`, s.At)
	b = appendTime(b, `,"newest":`, s.Newest)
	b = wire.AppendNonEmpty(b, `,"currency":`, s.Currency)
	b = wire.AppendNonZero(b, `,"amount":`, s.Amount)
	b = wire.AppendNonZero(b, `,"due":`, s.Due)
	b = wire.AppendIfTrue(b, `,"due_known":`, s.DueKnown)
	b = wire.AppendNonZero(b, `,"captured":`, s.Captured)
	b = wire.AppendNonZero(b, `,"held":`, s.Held)
	b = wire.AppendNonZero(b, `,"refunded":`, s.Refunded)
	b = wire.AppendNonZero(b, `,"waived":`, s.Waived)
	b = wire.AppendNonZero(b, `,"uncarried":`, s.Uncarried)
	b = wire.AppendNonZero(b, `,"extra":`, s.Extra)
	b = wire.AppendIfTrue(b, `,"taken":`, s.Taken)
	b = wire.AppendIfTrue(b, `,"on_hold":`, s.OnHold)
	b = wire.AppendIfTrue(b, `,"on_way":`, s.OnItsWay)
	b = wire.AppendIfTrue(b, `,"returned":`, s.Back)
	b = wire.AppendIfTrue(b, `,"denied":`, s.Denied)
	b = wire.AppendIfTrue(b, `,"was_held":`, s.WasHeld)
	b = wire.AppendIfTrue(b, `,"unproved":`, s.Unproved)
	b = wire.AppendNonEmpty(b, `,"nothing_due":`, string(s.NothingDue))
	b = wire.AppendNonEmpty(b, `,"cause":`, string(s.Cause))
	b = wire.AppendNonEmpty(b, `,"method":`, string(s.Method))
	b = appendTexts(b, `,"review":`, s.Review)
	b = wire.AppendIfTrue(b, `,"late":`, s.Late)
	b = wire.AppendNonEmpty(b, `,"dispute":`, string(s.Dispute))
	b = wire.AppendNonEmpty(b, `,"fulfilment":`, string(s.Fulfilment))
	b = wire.AppendIfTrue(b, `,"final":`, s.Final)
	b = wire.AppendIfTrue(b, `,"inherited":`, s.Inherited)
	return wire.AppendNonZero(b, `,"payments":`, int64(s.Payments))
}

// appendTexts appends a list after its name, nothing if it is empty.
func appendTexts[T ~string](b []byte, name string, texts []T) []byte {
	for i, text := range texts {
		separator := ","
		if i == 0 {
			b, separator = append(b, name...), "["
		}
		b = wire.AppendString(b, separator, string(text))
	}
	if len(texts) > 0 {
		b = append(b, ']')
	}
	return b
}

// appendTime appends a time after its name, nothing if it is zero.
func appendTime(b []byte, name string, t hook.Time) []byte {
	if t.IsZero() {
		return b
	}
	return wire.AppendTime(b, name, t)
}
