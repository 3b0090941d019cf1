package wire

import (
	"encoding/json"
	"fmt"

	"hookbeam/server/hook"
)

// Frame is one message of the live connection: everything in (from, to] that the reader's filter lets through.
// A reader keeps to as its cursor. Consecutive frames of a connection have neither gaps nor overlaps: the from
// of one is the to of the one before. Package live writes frames by hand; this type describes them for
// openapi.json, and a test decodes frames into it strictly.
type Frame struct {
	From    string   `json:"from" doc:"The reader's own cursor. If it differs, the reader has missed something and must reconnect with its cursor."`
	To      string   `json:"to" doc:"The reader's next cursor. The frame has all updates in (from, to] that match the filter."`
	Head    string   `json:"head" doc:"The log's newest cursor. Once the reader has caught up, to has the same value."`
	Reset   bool     `json:"reset,omitempty" doc:"The reader's cursor belongs to another log or is older than what is kept. Load the first page again."`
	Updates []Update `json:"updates" nullable:"false" doc:"In the order of the log."`
}

// UpdateKind names what an update is about. The update has a field of the same name.
type UpdateKind string

// The kinds of updates. Deliveries have a seq, and so have statuses that deliveries changed: a frame has all of them in
// its range. The others are notices without a seq, and so is a status that a person reviewed: a reader that was
// disconnected has missed them, and loads what they are about when it reconnects.
const (
	UpdateDelivery UpdateKind = "delivery"
	UpdateStatus   UpdateKind = "status"
	UpdateEndpoint UpdateKind = "endpoint"
	UpdateStatuses UpdateKind = "statuses"
)

// Update is one thing that happened. Exactly the field that kind names is set.
type Update struct {
	Kind     UpdateKind     `json:"kind" enum:"delivery,status,endpoint,statuses" doc:"The kind of update; the field of the same name has its data. Clients must ignore unknown kinds."`
	Seq      hook.Seq       `json:"seq,omitempty" doc:"Position in the log. Absent on notices, which a disconnected reader misses."`
	Delivery *Delivery      `json:"delivery,omitempty" doc:"A delivery that was received."`
	Status   *Status        `json:"status,omitempty" doc:"A status that deliveries changed, as it is now. Without seq: a person reviewed it. A client that has the status with a greater seq keeps that."`
	Endpoint *Endpoint      `json:"endpoint,omitempty" doc:"An endpoint that was created, changed or deleted."`
	Statuses StatusesNotice `json:"statuses,omitempty" enum:"rebuilt" doc:"rebuilt: all statuses were computed again. Load them again."`
}

// StatusesNotice is a change of all statuses at once.
type StatusesNotice string

// StatusesRebuilt means that all statuses were computed again from the log.
const StatusesRebuilt StatusesNotice = "rebuilt"

// AppendDeliveryUpdate appends the update for a received delivery to b.
func AppendDeliveryUpdate(b []byte, d *hook.Delivery) []byte {
	b = AppendInt(b, `{"kind":"delivery","seq":`, int64(d.Seq))
	return append(AppendDelivery(append(b, `,"delivery":`...), d), '}')
}

// AppendStatusUpdate appends the update for a changed status to b. The change contains the status as JSON already, as
// AppendStatus has written it.
func AppendStatusUpdate(b []byte, c *hook.StatusChange) []byte {
	b = AppendInt(b, `{"kind":"status","seq":`, int64(c.Seq))
	b = append(b, `,"status":`...)
	return append(append(b, c.Text...), '}')
}

// Notice returns the JSON of an update without a seq. It fails if the update has a seq, or if its fields do not
// match its kind; both are programming errors of the caller.
func Notice(u Update) ([]byte, error) {
	matches := (u.Kind == UpdateEndpoint) == (u.Endpoint != nil) &&
		(u.Kind == UpdateStatuses) == (u.Statuses != "") && (u.Kind == UpdateStatus) == (u.Status != nil)
	if !matches || u.Seq != 0 || u.Delivery != nil {
		return nil, fmt.Errorf("the fields of a notice do not match its kind %q", u.Kind)
	}
	text, err := json.Marshal(u)
	if err != nil {
		return nil, fmt.Errorf("encode notice: %w", err)
	}
	return text, nil
}
