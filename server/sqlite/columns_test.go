package sqlite

import (
	"slices"
	"testing"
)

// TestEveryColumnOfADeliveryIsInTheTableOfColumns: a column that only a migration knows would be neither written nor in
// the checksum.
func TestEveryColumnOfADeliveryIsInTheTableOfColumns(t *testing.T) {
	s := resting(t)
	want := rows(t, plainly(t, s.path), `SELECT name FROM pragma_table_info('deliveries')`)
	got := []string{"seq", "version", "checksum"}
	for _, c := range deliveryColumns {
		got = append(got, c.name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the table of columns has %v, the database %v", got, want)
	}
}
