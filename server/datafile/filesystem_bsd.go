//go:build darwin || freebsd

package datafile

import (
	"strings"

	"golang.org/x/sys/unix"
)

// fileSystemOf returns the file system of a path without links. The system marks those that are not local.
func fileSystemOf(path string) (FileSystem, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return FileSystem{}, err
	}
	f := FileSystem{
		Type:       unix.ByteSliceToString(st.Fstypename[:]),
		Source:     unix.ByteSliceToString(st.Mntfromname[:]),
		MountPoint: unix.ByteSliceToString(st.Mntonname[:]),
		Size:       st.Blocks * uint64(st.Bsize),
		Free:       uint64(max(0, int64(st.Bavail))) * uint64(st.Bsize), //nolint:unconvert // its type differs
		Files:      st.Files,
		FreeFiles:  uint64(max(0, int64(st.Ffree))), //nolint:unconvert // its type differs between systems
	}
	f.Network = st.Flags&unix.MNT_LOCAL == 0 ||
		isNetwork(strings.Replace(f.Type, "fusefs.", "fuse.", 1), f.Source, "")
	return f, nil
}
