//go:build !linux

package doctor

// clockSynchronized reports that it is not known: this system does not say.
func clockSynchronized() (synchronized, known bool) { return false, false }
