package sqlite

import "hookbeam/server/hook"

// What a row takes in the file follows SQLite's file format (sqlite.org/fileformat2.html, 1.6): a row that is longer
// than maxLocal keeps a part of it in the table's page, and the rest in whole pages of its own.
const (
	minLocal     = (pageSize-12)*32/255 - 23
	maxLocal     = pageSize - 35
	overflowRoom = pageSize - 4
	pageRoom     = pageSize - 8

	deliveryFixed = 80 // a delivery's numbers, its random bits and the lengths of its columns
	cellFixed     = 12 // where a row stands in its page
	indexFixed    = 24 // its entries in the indexes
)

// textColumns are the columns of a delivery whose lengths vary: what textLength adds up. octet_length reads a row's
// head only, and none of the pages that its body is in.
const textColumns = `octet_length(endpoint) + octet_length(method) + octet_length(path) + octet_length(query) +
	octet_length(content_type) + octet_length(type) + octet_length(event) + octet_length(verdict) +
	octet_length(reason) + octet_length(secret) + octet_length(account) + octet_length(mode) + octet_length(scheme) +
	octet_length(covers) + octet_length(host) + octet_length(proto) + octet_length(remote) + octet_length(headers) +
	octet_length(body)`

// textLength is textColumns of a delivery that is not stored yet. headers are as they will be stored.
func textLength(r *hook.Record, headers []byte) int64 {
	return int64(len(r.Endpoint) + len(r.Method) + len(r.Path) + len(r.Query) + len(r.ContentType) + len(r.Type) +
		len(r.Event) + len(r.Verdict) + len(r.Reason) + len(r.Secret) + len(r.Account) + len(r.Mode) +
		len(r.Check.Scheme) + len(r.Check.Covers) + len(r.Host) + len(r.Proto) + len(r.Remote) + len(headers) + len(r.Body))
}

// deliveryCost is how many bytes of the file a delivery takes whose texts have this length together. It depends on
// nothing else, so that what is added when a delivery is appended is exactly what is subtracted when it is removed.
func deliveryCost(text int64) int64 {
	local, overflow := text+deliveryFixed, int64(0)
	if local > maxLocal {
		whole := local
		if local = minLocal + (whole-minLocal)%overflowRoom; local > maxLocal {
			local = minLocal
		}
		overflow = (whole - local + overflowRoom - 1) / overflowRoom
	}
	// A page holds so many rows of this size, and what is left of it is lost: a row of more than half a page takes it
	// all.
	rows := pageRoom / (local + cellFixed)
	return overflow*pageSize + pageSize/rows + indexFixed
}

// Event ids stand in the order of their names, so that new ones come into the middle of pages, which are then two
// thirds full. Long ones spill into a page of their own.
const (
	eventFixed = 14
	eventLocal = 4000
	eventSpill = 22 << 10
)

// eventColumns is eventCost of a row of events.
const eventColumns = `iif(octet_length(endpoint) + octet_length(event) <= 4000,
	(octet_length(endpoint) + octet_length(event) + 14) * 3 / 2, octet_length(endpoint) + octet_length(event) + 22528)`

// eventCost is how many bytes of the file a remembered event id takes.
func eventCost(endpoint hook.EndpointID, event string) int64 {
	n := int64(len(endpoint) + len(event))
	if n <= eventLocal {
		return (n + eventFixed) * 3 / 2
	}
	return n + eventSpill
}
