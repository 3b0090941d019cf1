package doctor

import "syscall"

// clockSynchronized reports whether the kernel's clock is kept right by a time service, as it says itself. known is
// false if it does not say.
func clockSynchronized() (synchronized, known bool) {
	const (
		unsynchronized = 0x40 // STA_UNSYNC
		failed         = 5    // TIME_ERROR
	)
	var state syscall.Timex // with Modes 0, nothing is changed
	result, err := syscall.Adjtimex(&state)
	if err != nil {
		return false, false
	}
	return result != failed && state.Status&unsynchronized == 0, true
}
