package metrics

import (
	"syscall"
	"unsafe"
)

// maxHandles is how many handles any process of Windows may have open.
const maxHandles = 1 << 24

// processMemory is PROCESS_MEMORY_COUNTERS of the Windows API (psapi.h).
type processMemory struct {
	size, pageFaults                                 uint32
	peakWorkingSet, workingSet                       uintptr
	peakPagedPool, pagedPool, peakNonPaged, nonPaged uintptr
	pagefile, peakPagefile                           uintptr
}

// read asks the Windows API.
func (p *process) read() {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return
	}
	var created, exited, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(self, &created, &exited, &kernel, &user) == nil {
		p.startTime = float64(created.Nanoseconds() / 1e9)
		p.cpuSeconds = fileSeconds(kernel) + fileSeconds(user)
	}
	kernel32 := syscall.NewLazyDLL("kernel32.dll")
	memory := processMemory{size: uint32(unsafe.Sizeof(processMemory{}))}
	if f := kernel32.NewProc("K32GetProcessMemoryInfo"); f.Find() == nil {
		ok, _, _ := f.Call(uintptr(self), uintptr(unsafe.Pointer(&memory)), uintptr(memory.size))
		if ok != 0 {
			p.resident = float64(memory.workingSet)
		}
	}
	var handles uint32
	if f := kernel32.NewProc("GetProcessHandleCount"); f.Find() == nil {
		ok, _, _ := f.Call(uintptr(self), uintptr(unsafe.Pointer(&handles)))
		if ok != 0 {
			p.openFDs, p.maxFDs = float64(handles), maxHandles
		}
	}
}

// fileSeconds returns a duration in seconds. Windows counts it in steps of 100 nanoseconds.
func fileSeconds(t syscall.Filetime) float64 {
	return float64(uint64(t.HighDateTime)<<32|uint64(t.LowDateTime)) / 1e7
}
