package sqlite

import (
	"database/sql"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// deliveryRow is a record together with those of its columns that are stored in another form. Writing: rowOf fills it,
// encode computes its checksum's input, and insert binds it. Reading: the targets are scanned, and finishRecord
// converts.
type deliveryRow struct {
	record   *hook.Record
	random   []byte
	received int64         // milliseconds since 1970
	occurred int64         // milliseconds since 1970; 0: not reported
	took     int64         // microseconds
	skew     sql.NullInt64 // milliseconds; NULL: the signature does not cover a time
	headers  []byte        // "Name: value\n" for each value
	rest     []byte        // hook.AppendRest of the record; empty if there is none
	version  int64         // recordVersion or recordVersionWithRest
	sum      sql.NullInt64 // the checksum; NULL in rows of releases that stored none
}

// deliveryColumn describes one column of the table deliveries, except its SQL type, which is in a migration. A new
// column needs a migration, a member of hook.Delivery or hook.Request, and a line in deliveryColumns. The statements,
// the checksum and the size that retention counts follow from it.
type deliveryColumn struct {
	name   string
	kind   columnKind
	listed bool   // lists of deliveries read it, not only full records
	length bool   // its length varies and counts for retention
	usual  string // SQL literal of the value that nearly all rows have; "" if there is none

	// One of these returns the value, depending on kind.
	text   func(*deliveryRow) string
	number func(*deliveryRow) int64
	blob   func(*deliveryRow) []byte

	target    func(*deliveryRow) any // where the value is scanned to
	usualText string                 // the value of usual, for a text
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
	blobColumn("rest", func(w *deliveryRow) *[]byte { return &w.rest }).optional(),
}

// textColumn returns a text column. text returns its value, and target where it is scanned to. One function that
// returns a pointer would do for both, but text is called for each delivery that is received, and a string is cheaper.
func textColumn(name string, text func(*deliveryRow) string, target func(*deliveryRow) any) deliveryColumn {
	return deliveryColumn{name: name, kind: textKind, length: true, text: text, target: target}
}

// numberColumn returns an integer column.
func numberColumn(name string, number func(*deliveryRow) int64, target func(*deliveryRow) any) deliveryColumn {
	return deliveryColumn{name: name, kind: numberKind, number: number, target: target}
}

// blobColumn returns a column of bytes, which are never NULL.
func blobColumn(name string, at func(*deliveryRow) *[]byte) deliveryColumn {
	return deliveryColumn{name: name, kind: blobKind, length: true,
		blob:   func(w *deliveryRow) []byte { return *at(w) },
		target: func(w *deliveryRow) any { return at(w) }}
}

// list makes lists of deliveries read the column.
func (c deliveryColumn) list() deliveryColumn { c.listed = true; return c }

// fixed means that the column has the same length in each row, so retention does not count it.
func (c deliveryColumn) fixed() deliveryColumn { c.length = false; return c }

// usually sets the text that nearly all rows have. The statement for usual rows contains it as a constant.
func (c deliveryColumn) usually(text string) deliveryColumn {
	c.usual, c.usualText = "'"+text+"'", text
	return c
}

// usuallyZero is usually for a number.
func (c deliveryColumn) usuallyZero() deliveryColumn { c.usual = "0"; return c }

// last means that encode appends only the length of the body: the checksum reads the body itself without a copy of it.
func (c deliveryColumn) last() deliveryColumn { c.kind = bodyKind; return c }

// optional means that an empty blob is stored as NULL. Only a value that is not empty is in the checksum, so that rows
// without one have the same checksum as before the column existed.
func (c deliveryColumn) optional() deliveryColumn { c.kind, c.usual = restKind, "NULL"; return c }

// value returns the value to bind in the statement that writes the row.
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

// encode appends the input of the row's checksum except the body. length is the length of the row's texts and blobs
// together, as textLengthSQL computes it for a stored row. usual reports whether all columns with a usual value have
// it. One pass computes all three, because it is done for each delivery that is received.
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
			usual = usual && (c.usual == "" || text == c.usualText)
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

// Parts of the SQL statements, computed once from deliveryColumns.
var (
	// listColumns are the columns of a hook.Delivery, in the order of listTargets. recordColumns are those of a full
	// hook.Record, in the order of recordTargets.
	listColumns   = columnNames(func(c deliveryColumn) bool { return c.listed })
	recordColumns = listColumns +
		strings.TrimPrefix(columnNames(func(c deliveryColumn) bool { return !c.listed }), "seq") +
		", version, checksum"
	// textLengthSQL is the length of a row's texts and blobs, as encode computes it. octet_length reads only the header
	// of the row, not the overflow pages of its body.
	textLengthSQL = lengthColumns()

	insertUsual = insertDelivery(true)
	insertFull  = insertDelivery(false)
)

// columnNames returns seq and the names of the wanted columns, separated by commas.
func columnNames(wanted func(deliveryColumn) bool) string {
	names := []string{"seq"}
	for _, c := range deliveryColumns {
		if wanted(c) {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}

// lengthColumns returns textLengthSQL.
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

// insertDelivery returns the statement that writes a row. Binding a value takes time, and some values are nearly always
// the same: with usual, these are constants in the statement.
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

// rowOf returns r in the form in which it is stored. headers is the result of flatHeaders.
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

// insert returns the statement that writes the row, and its values appended to values. usual is a result of encode.
func (w *deliveryRow) insert(values []any, sum uint32, usual bool) (statement string, all []any) {
	statement = insertFull
	if usual {
		statement = insertUsual
	}
	values = append(values, w.version, int64(w.record.Seq), int64(sum))
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; !usual || c.usual == "" {
			values = append(values, c.value(w))
		}
	}
	return statement, values
}

// listTargets returns where listColumns are scanned to.
func (w *deliveryRow) listTargets() []any {
	targets := append(make([]any, 0, len(deliveryColumns)+8), &w.record.Seq)
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; c.listed {
			targets = append(targets, c.target(w))
		}
	}
	return targets
}

// recordTargets returns where recordColumns are scanned to.
func (w *deliveryRow) recordTargets() []any {
	targets := w.listTargets()
	for i := range deliveryColumns {
		if c := &deliveryColumns[i]; !c.listed {
			targets = append(targets, c.target(w))
		}
	}
	return append(targets, &w.version, &w.sum)
}

// finish sets the members of the delivery that are stored in another form.
func (w *deliveryRow) finish() {
	r := w.record
	copy(r.Random[:], w.random) // which is shorter if the row is damaged
	r.ID = hook.NewDeliveryID(r.Seq, r.Random)
	r.ReceivedAt = hook.Millis(w.received)
	if w.occurred != 0 {
		r.OccurredAt = hook.Millis(w.occurred)
	}
}

// finishRecord is finish for a full record. It fails if the column rest is malformed.
func (w *deliveryRow) finishRecord() error {
	w.finish()
	r := w.record
	r.Check.Dated, r.Check.Skew = w.skew.Valid, time.Duration(w.skew.Int64)*time.Millisecond
	r.Took = time.Duration(w.took) * time.Microsecond
	r.Headers = readHeaders(nil, w.headers)
	return hook.ParseRest(w.rest, r)
}
