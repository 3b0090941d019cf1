package sqlite

import "hookbeam/server/hook"

// The size of a row in the file follows from SQLite's file format (sqlite.org/fileformat2.html, 1.6). A row that is
// longer than maxLocal has its first part in a page of the table, at least minLocal bytes, and the rest in overflow
// pages, which it does not share with other rows. All sizes are in bytes.
const (
	minLocal     = (pageSize-12)*32/255 - 23
	maxLocal     = pageSize - 35
	overflowRoom = pageSize - 4 // content of an overflow page
	pageRoom     = pageSize - 8 // content of a page of the table

	deliveryFixed = 80 // a delivery's numbers, its random bits and the lengths of its columns
	cellFixed     = 12 // a row's header and its pointer in the page
	indexFixed    = 24 // a row's entries in the indexes
)

// deliveryCost returns how many bytes of the file a delivery takes. text is the length of all its texts and blobs. The
// result depends on nothing else, so removing a delivery subtracts exactly what appending it added.
func deliveryCost(text int64) int64 {
	local, overflow := text+deliveryFixed, int64(0)
	if local > maxLocal {
		payload := local
		if local = minLocal + (payload-minLocal)%overflowRoom; local > maxLocal {
			local = minLocal
		}
		overflow = (payload - local + overflowRoom - 1) / overflowRoom
	}
	// Rows of this size leave a part of each page unused, which is charged to them: a row that is longer than half a
	// page costs the whole page.
	rows := pageRoom / (local + cellFixed)
	return overflow*pageSize + pageSize/rows + indexFixed
}

// The table events is sorted by endpoint and event id. New ids are inserted in the middle of pages, which are on
// average two thirds full, hence the factor of 3/2. Ids longer than eventLocal need overflow pages. All sizes are in
// bytes.
const (
	eventFixed = 14
	eventLocal = 4000
	eventSpill = 22 << 10
)

// eventCostSQL is eventCost as an SQL expression over a row of events; a test compares both.
const eventCostSQL = `iif(octet_length(endpoint) + octet_length(event) <= 4000,
	(octet_length(endpoint) + octet_length(event) + 14) * 3 / 2, octet_length(endpoint) + octet_length(event) + 22528)`

// eventCost returns how many bytes of the file a remembered event id takes.
func eventCost(endpoint hook.EndpointID, event string) int64 {
	n := int64(len(endpoint) + len(event))
	if n <= eventLocal {
		return (n + eventFixed) * 3 / 2
	}
	return n + eventSpill
}
