package server

import "testing"

func TestOneThreadMoreThanCoresWhereTheyAreFew(t *testing.T) {
	for _, c := range []struct {
		cores  int
		chosen string
		want   int
	}{{1, "", 2}, {2, "", 3}, {4, "", 5}, {5, "", 5}, {64, "", 64}, {2, "2", 2}, {1, "1", 1}, {3, "nonsense", 3}} {
		if got := maxProcs(c.cores, c.chosen); got != c.want {
			t.Errorf("%d cores, GOMAXPROCS=%q: %d, want %d", c.cores, c.chosen, got, c.want)
		}
	}
}
