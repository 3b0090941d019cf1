package sqlite

import (
	"database/sql"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// deliveryRow is a record on its way into its row or out of it. Most columns are members of the record itself; the
// others stand beside it, in the form in which they are stored.
type deliveryRow struct {
	record   *hook.Record
	random   []byte
	received int64 // milliseconds since 1970, as is occurred; 0: not known
	occurred int64
	took     int64         // microseconds
	skew     sql.NullInt64 // milliseconds; NULL: no time is signed
	headers  []byte        // "Name: value\n" for each value
	rest     []byte        // hook.AppendRest of the record; empty: there is none
	version  int64
	sum      sql.NullInt64 // NULL in rows of before there were checksums
}

// deliveryColumn is all that is known of one column of a delivery but its SQL type, which a migration gives. A new
// column is a line in deliveryColumns, beside its migration and its member of hook.Delivery: what is inserted, read,
// compared by the checksum and counted by retention follows from it.
type deliveryColumn struct {
	name   string
	kind   columnKind
	listed bool   // a list of deliveries needs it, not only a whole record
	length bool   // its length varies, and counts for retention
	usual  string // SQL of the value that nearly all rows have; "": there is none

	// One of these reads the value, by kind.
	text   func(*deliveryRow) string
	number func(*deliveryRow) int64
	blob   func(*deliveryRow) []byte

	target func(*deliveryRow) any // where the value is scanned to
	empty  string                 // usual as a text
}

// columnKind says how a column is bound and how it is encoded for the checksum.
type columnKind int

const (
	textKind   columnKind = iota
	numberKind            // an integer
	blobKind
	skewKind // an integer or NULL
	bodyKind // a blob that is not copied for the checksum
	restKind // a blob or NULL
)

// deliveryColumns are the columns between seq and the checksum, in the order of the checksum's encoding. Changing that
// order, or adding a column to it, takes a new recordVersion.
var deliveryColumns = []deliveryColumn{
	blobColumn("random", func(w *deliveryRow) *[]byte { return &w.random }).list().fixed(),
	textColumn("endpoint", func(w *deliveryRow) string { return string(w.record.Endpoint) },
		func(w *deliveryRow) any { return &w.record.Endpoint }).list(),
	numberColumn("received_at", func(w *deliveryRow) int64 { return w.received },
		func(w *deliveryRow) any { return &w.received }).list(),
	numberColumn("took", func(w *deliveryRow) int64 { return w.took }, func(w *deliveryRow) any { return &w.took }),
	textColumn("method", func(w *deliveryRow) string { return w.record.Method },
		func(w *deliveryRow) any { return &w.record.Method }).list().usually("POST"),
	textColumn("path", func(w *deliveryRow) string { return w.record.Path },
		func(w *deliveryRow) any { return &w.record.Path }).list(),
	textColumn("query", func(w *deliveryRow) string { return w.record.Query },
		func(w *deliveryRow) any { return &w.record.Query }).list().usually(""),
	textColumn("content_type", func(w *deliveryRow) string { return w.record.ContentType },
		func(w *deliveryRow) any { return &w.record.ContentType }).list(),
	numberColumn("size", func(w *deliveryRow) int64 { return w.record.Size },
		func(w *deliveryRow) any { return &w.record.Size }).list(),
	textColumn("type", func(w *deliveryRow) string { return w.record.Type },
		func(w *deliveryRow) any { return &w.record.Type }).list(),
	textColumn("event", func(w *deliveryRow) string { return w.record.Event },
		func(w *deliveryRow) any { return &w.record.Event }).list(),
	textColumn("verdict", func(w *deliveryRow) string { return string(w.record.Verdict) },
		func(w *deliveryRow) any { return &w.record.Verdict }).list(),
	textColumn("reason", func(w *deliveryRow) string { return string(w.record.Reason) },
		func(w *deliveryRow) any { return &w.record.Reason }).list().usually(""),
	textColumn("secret", func(w *deliveryRow) string { return w.record.Secret },
		func(w *deliveryRow) any { return &w.record.Secret }).list(),
	numberColumn("duplicate_of", func(w *deliveryRow) int64 { return int64(w.record.DuplicateOf) },
		func(w *deliveryRow) any { return &w.record.DuplicateOf }).list().usuallyZero(),
	numberColumn("try", func(w *deliveryRow) int64 { return int64(w.record.Occurrence) },
		func(w *deliveryRow) any { return &w.record.Occurrence }).list().usuallyZero(),
	numberColumn("release_of", func(w *deliveryRow) int64 { return int64(w.record.ReleaseOf) },
		func(w *deliveryRow) any { return &w.record.ReleaseOf }).list().usuallyZero(),
	numberColumn("occurred_at", func(w *deliveryRow) int64 { return w.occurred },
		func(w *deliveryRow) any { return &w.occurred }).list(),
	textColumn("account", func(w *deliveryRow) string { return w.record.Account },
		func(w *deliveryRow) any { return &w.record.Account }).list().usually(""),
	textColumn("mode", func(w *deliveryRow) string { return w.record.Mode },
		func(w *deliveryRow) any { return &w.record.Mode }).list(),
	numberColumn("events", func(w *deliveryRow) int64 { return int64(w.record.Events) },
		func(w *deliveryRow) any { return &w.record.Events }).list().usuallyZero(),
	textColumn("scheme", func(w *deliveryRow) string { return w.record.Check.Scheme },
		func(w *deliveryRow) any { return &w.record.Check.Scheme }),
	textColumn("covers", func(w *deliveryRow) string { return string(w.record.Check.Covers) },
		func(w *deliveryRow) any { return &w.record.Check.Covers }),
	{name: "skew", kind: skewKind, target: func(w *deliveryRow) any { return &w.skew }},
	textColumn("host", func(w *deliveryRow) string { return w.record.Host },
		func(w *deliveryRow) any { return &w.record.Host }),
	textColumn("proto", func(w *deliveryRow) string { return w.record.Proto },
		func(w *deliveryRow) any { return &w.record.Proto }).usually("HTTP/1.1"),
	textColumn("remote", func(w *deliveryRow) string { return w.record.Remote },
		func(w *deliveryRow) any { return &w.record.Remote }),
	blobColumn("headers", func(w *deliveryRow) *[]byte { return &w.headers }),
	blobColumn("body", func(w *deliveryRow) *[]byte { return &w.record.Body }).last(),
	blobColumn("rest", func(w *deliveryRow) *[]byte { return &w.rest }).seldom(),
}

// textColumn and numberColumn take what reads the value, and where it is scanned to. Reading is done for each column of
// each delivery that is received, so it is a function of its own: one that returns a pointer would do for both.
func textColumn(name string, text func(*deliveryRow) string, target func(*deliveryRow) any) deliveryColumn {
	return deliveryColumn{name: name, kind: textKind, length: true, text: text, target: target}
}

func numberColumn(name string, number func(*deliveryRow) int64, target func(*deliveryRow) any) deliveryColumn {
	return deliveryColumn{name: name, kind: numberKind, number: number, target: target}
}

func blobColumn(name string, at func(*deliveryRow) *[]byte) deliveryColumn {
	return deliveryColumn{name: name, kind: blobKind, length: true,
		blob:   func(w *deliveryRow) []byte { return *at(w) },
		target: func(w *deliveryRow) any { return at(w) }}
}

// list has lists read the column.
func (c deliveryColumn) list() deliveryColumn { c.listed = true; return c }

// fixed says that the column has the same length in each row.
func (c deliveryColumn) fixed() deliveryColumn { c.length = false; return c }

// usually names the text that nearly all rows have. It is then a constant of the statement.
func (c deliveryColumn) usually(text string) deliveryColumn {
	c.usual, c.empty = "'"+text+"'", text
	return c
}

// usuallyZero is usually for a number.
func (c deliveryColumn) usuallyZero() deliveryColumn { c.usual = "0"; return c }

// last has only the body's length go into what is copied for the checksum: the body is added as it is.
func (c deliveryColumn) last() deliveryColumn { c.kind = bodyKind; return c }

// seldom has an empty blob be NULL. It is in the checksum only where there is one.
func (c deliveryColumn) seldom() deliveryColumn { c.kind, c.usual = restKind, "NULL"; return c }

// value is what is bound to the statement that writes the row.
func (c *deliveryColumn) value(w *deliveryRow) any {
	switch c.kind {
	case textKind:
		return c.text(w)
	case numberKind:
		return c.number(w)
	case skewKind:
		if !w.skew.Valid {
			return nil
		}
		return w.skew.Int64
	case restKind:
		if len(w.rest) == 0 {
			return nil
		}
	}
	return notNil(c.blob(w))
}

// encode appends what goes into the checksum of the row but its body. length is what the row's texts have together,
// textColumns of a row that is stored. usual says that all usual values are there.
func (w *deliveryRow) encode(b []byte) (encoded []byte, length int64, usual bool) {
	b = append(b, byte(w.version))
	b = appendNumber(b, int64(w.record.Seq))
	usual = true
	for i := range deliveryColumns {
		c := &deliveryColumns[i]
		n := 0
		switch c.kind {
		case textKind:
			text := c.text(w)
			b, n = appendText(b, text), len(text)
			usual = usual && (c.usual == "" || text == c.empty)
		case numberKind:
			number := c.number(w)
			b = appendNumber(b, number)
			usual = usual && (c.usual == "" || number == 0)
		case blobKind:
			blob := c.blob(w)
			b, n = appendBytes(b, blob), len(blob)
		case bodyKind:
			n = len(w.record.Body)
			b = appendLength(b, n)
		case restKind:
			if n = len(w.rest); n > 0 {
				b, usual = appendBytes(b, w.rest), false
			}
		case skewKind:
			if w.skew.Valid {
				b = appendNumber(append(b, 1), w.skew.Int64)
			} else {
				b = append(b, 0)
			}
		}
		if c.length {
			length += int64(n)
		}
	}
	return b, length, usual
}

// The statements' lists, made of the columns once.
var (
	// listColumns are what a hook.Delivery is read from, and recordColumns a whole hook.Record, in the order of
	// targets.
	listColumns   = columnNames(func(c deliveryColumn) bool { return c.listed })
	recordColumns = listColumns + strings.TrimPrefix(
		columnNames(func(c deliveryColumn) bool { return !c.listed }),
		"seq",
	) +
		", version, checksum"
	// textColumns is the sum of the lengths that vary, as encode counts them. octet_length reads a row's
	// head only, and none of the pages that its body is in.
	textColumns = lengthColumns()

	insertOften  = insertDelivery(true)
	insertSeldom = insertDelivery(false)
)

func columnNames(wanted func(deliveryColumn) bool) string {
	names := []string{"seq"}
	for _, c := range deliveryColumns {
		if wanted(c) {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}

func lengthColumns() string {
	var terms []string
	for _, c := range deliveryColumns {
		if c.length {
			term := "octet_length(" + c.name + ")"
			if c.kind == restKind {
				term = "coalesce(" + term + ", 0)"
			}
			terms = append(terms, term)
		}
	}
	return strings.Join(terms, " + ")
}

// insertDelivery is the statement that writes a row. Each value has its price, and some are nearly always the same: in
// the usual statement they are constants.
func insertDelivery(usual bool) string {
	names, values := []string{"version", "seq", "checksum"}, []string{"?", "?", "?"}
	for _, c := range deliveryColumns {
		value := "?"
		if usual && c.usual != "" {
			value = c.usual
		}
		names, values = append(names, c.name), append(values, value)
	}
	return "INSERT INTO deliveries (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
}

// rowOf returns r as it is stored. headers are flatHeaders of it.
func rowOf(r *hook.Record, headers []byte) deliveryRow {
	w := deliveryRow{record: r, random: r.Random[:], headers: headers, received: r.ReceivedAt.UnixMilli(),
		took: r.Took.Microseconds(), version: recordVersion}
	if !r.OccurredAt.IsZero() {
		w.occurred = r.OccurredAt.UnixMilli()
	}
	if w.rest = hook.AppendRest(nil, r); len(w.rest) > 0 {
		w.version = recordVersionWithRest
	}
	if r.Check.Dated {
		w.skew = sql.NullInt64{Int64: r.Check.Skew.Milliseconds(), Valid: true}
	}
	return w
}

// insert returns the statement that writes the row, and appends its values. usual is what encode says.
func (w *deliveryRow) insert(values []any, sum uint32, usual bool) (statement string, all []any) {
	statement = insertSeldom
	if usual {
		statement = insertOften
	}
	values = append(values, w.version, int64(w.record.Seq), int64(sum))
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; !usual || c.usual == "" {
			values = append(values, c.value(w))
		}
	}
	return statement, values
}

// listTargets are where listColumns are scanned to.
func (w *deliveryRow) listTargets() []any {
	targets := append(make([]any, 0, len(deliveryColumns)+8), &w.record.Seq)
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; c.listed {
			targets = append(targets, c.target(w))
		}
	}
	return targets
}

// recordTargets are where recordColumns are scanned to.
func (w *deliveryRow) recordTargets() []any {
	targets := w.listTargets()
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; !c.listed {
			targets = append(targets, c.target(w))
		}
	}
	return append(targets, &w.version, &w.sum)
}

// finish sets what of a delivery is not scanned as it is.
func (w *deliveryRow) finish() {
	r := w.record
	copy(r.Random[:], w.random) // of a damaged one there may be less
	r.ID = hook.NewDeliveryID(r.Seq, r.Random)
	r.ReceivedAt = hook.Millis(w.received)
	if w.occurred != 0 {
		r.OccurredAt = hook.Millis(w.occurred)
	}
}

// finishRecord is finish for a whole record.
func (w *deliveryRow) finishRecord() error {
	w.finish()
	r := w.record
	r.Check.Dated, r.Check.Skew = w.skew.Valid, time.Duration(w.skew.Int64)*time.Millisecond
	r.Took = time.Duration(w.took) * time.Microsecond
	r.Headers = readHeaders(nil, w.headers)
	return hook.ParseRest(w.rest, r)
}
