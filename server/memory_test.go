package server

import (
	"os"
	"runtime"
	"testing"
)

// collections returns at which looks a wave is found to be over.
func collections(open ...int) (at []int) {
	var w waveDetector
	for look, n := range open {
		if w.ended(n) {
			at = append(at, look)
		}
	}
	return at
}

func TestAWaveIsOverWhenManyHaveComeAndItIsCalm(t *testing.T) {
	for name, c := range map[string]struct {
		open []int
		want int // the look that finds it over; -1: none does
	}{
		"nothing happens":               {[]int{0, 0, 0, 0}, -1},
		"few come":                      {[]int{0, 499, 499, 499}, -1},
		"many come":                     {[]int{0, 300, 900, 900, 900, 900, 900, 900, 900}, 3},
		"many come, without any calm":   {[]int{0, 300, 600, 900, 1200, 1500}, -1},
		"many come, then a few":         {[]int{0, 900, 900, 950, 950, 950, 950, 950, 950, 950}, 2},
		"many go where few have come":   {[]int{499, 499, 0, 0, 0, 0}, -1},
		"one takes the place of others": {[]int{600, 601, 600, 601, 600, 601}, -1},
	} {
		got := collections(c.open...)
		if c.want < 0 && len(got) > 0 || c.want >= 0 && (len(got) != 1 || got[0] != c.want) {
			t.Errorf("%s: at %v, want %d", name, got, c.want)
		}
	}
}

// TestATrickleOfSocketsStartsFewCollections has sockets come one by one, so that most looks find calm, and waves that
// follow each other at once.
func TestATrickleOfSocketsStartsFewCollections(t *testing.T) {
	var trickle, waves []int
	for look := range 10_000 {
		trickle = append(trickle, look/2)
		waves = append(waves, 1000*(look/2%2)) // each stays for two looks
	}
	if n := len(collections(trickle...)); n != 5000/waveSize-1 {
		t.Errorf("%d collections for 5,000 sockets one by one", n)
	}
	if n := len(collections(waves...)); n > 10_000/restLooks {
		t.Errorf("%d collections in 10,000 looks", n)
	}
}

// TestTheLiveHeapIsWhatACollectionKept keeps 32 MiB and leaves 32 MiB of garbage. It is not parallel, so no other test
// allocates meanwhile.
func TestTheLiveHeapIsWhatACollectionKept(t *testing.T) {
	const size = 32 << 20
	kept := make([]byte, ballastSize(availableMemory(os.DirFS("/")))) // in the place of the ballast
	runtime.GC()
	before := int64(liveBytes())
	held, garbage := make([]byte, size), make([]byte, size)
	garbage[0], held[0] = 1, garbage[0]
	garbage = nil
	runtime.GC()
	if grown := int64(liveBytes()) - before; grown < size*7/8 || grown > size*9/8 {
		t.Errorf("32 MiB are held and the live heap grew by %d bytes", grown)
	}
	runtime.KeepAlive([][]byte{kept, held, garbage})
}
