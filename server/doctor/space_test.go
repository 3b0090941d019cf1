package doctor

import (
	"testing"

	"hookbeam/server/wire"
)

func TestFreeSpaceIsToldOnlyIfItIsWorthAStop(t *testing.T) {
	const gib = 1 << 30
	for _, c := range []struct {
		of   wire.StorageUsage
		told bool
	}{
		{wire.StorageUsage{FileBytes: gib, FreeBytes: gib * 3 / 4}, true},
		{wire.StorageUsage{FileBytes: gib, FreeBytes: gib * 3 / 4, ReturnsSpace: true}, false},
		{wire.StorageUsage{FileBytes: gib, FreeBytes: gib / 4}, false},
		{wire.StorageUsage{FileBytes: 40 << 20, FreeBytes: 39 << 20}, false},
		{wire.StorageUsage{}, false},
	} {
		if holdsFreeSpace(&c.of) != c.told {
			t.Errorf("%+v: told %v", c.of, !c.told)
		}
	}
}
