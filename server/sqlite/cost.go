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
