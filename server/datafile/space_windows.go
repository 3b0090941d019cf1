package datafile

import "golang.org/x/sys/windows"

// Space returns the size of the file system that has path, and what this user may still write to it, in bytes.
func Space(path string) (total, free int64, err error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, 0, err
	}
	var available, size uint64
	if err := windows.GetDiskFreeSpaceEx(name, &available, &size, nil); err != nil {
		return 0, 0, err
	}
	return int64(size), int64(available), nil
}
