package datafile

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// fileSystemOf returns the file system of a path: its drive is remote, or it is on a share.
func fileSystemOf(path string) (FileSystem, error) {
	folder, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return FileSystem{}, err
	}
	volume := filepath.VolumeName(path)
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err != nil {
		return FileSystem{}, err
	}
	f := FileSystem{Source: volume, MountPoint: volume + `\`}
	if err := windows.GetDiskFreeSpaceEx(folder, &f.Free, &f.Size, nil); err != nil {
		return FileSystem{}, err
	}
	name := make([]uint16, windows.MAX_PATH+1)
	if err := windows.GetVolumeInformation(root, nil, 0, nil, nil, nil, &name[0], uint32(len(name))); err == nil {
		f.Type = windows.UTF16ToString(name)
	}
	f.Network = windows.GetDriveType(root) == windows.DRIVE_REMOTE // also of \\server\share\
	return f, nil
}
