package datafile

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// magics are the numbers by which statfs tells file systems apart, for those that matter here. The names in
// /proc/self/mountinfo are more precise, but a sandbox may hide them.
var magics = map[uint32]string{
	0x6969: "nfs", 0x517B: "smb", 0xFE534D42: "smb2", 0xFF534D42: "cifs", 0x564C: "ncpfs", 0x5346414F: "afs",
	0x6B414653: "afs", 0x73757245: "coda", 0x00C36400: "ceph", 0x0BD00BD0: "lustre", 0x47504653: "gpfs",
	0x19830326: "beegfs", 0xAAD7AAEA: "panfs", 0x20030528: "orangefs", 0x61636673: "acfs", 0xBACBACBC: "vmhgfs",
	0x786F4256: "vboxsf", 0x7C7C6673: "prl_fs", 0x01021997: "9p", 0x65735546: "fuse",
	0xEF53: "ext4", 0x58465342: "xfs", 0x9123683E: "btrfs", 0x2FC12FC1: "zfs", 0x794C7630: "overlay",
	0x01021994: "tmpfs", 0xF2F52010: "f2fs",
}

// fileSystemOf returns the file system of a path without links. What the number of statfs says about the type is
// certain; what is mounted, and the name of a FUSE program, comes from the list of mounts.
func fileSystemOf(path string) (FileSystem, error) {
	var st unix.Statfs_t
	var err error
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Statfs(path, &st)
	}
	if err != nil {
		return FileSystem{}, err
	}
	block := uint64(st.Frsize)
	f := FileSystem{
		Type: magics[uint32(st.Type)], Size: st.Blocks * block, Free: st.Bavail * block,
		Files: st.Files, FreeFiles: st.Ffree,
	}
	text, _ := os.ReadFile("/proc/self/mountinfo") // without it, the number is all that is known
	known := f.Type
	f.describe(text, path)
	root := FileSystem{}
	root.describe(text, "/")
	f.Network = isNetwork(f.Type, f.Source, root.Type) || known != "" && known != "fuse" && known != "9p" &&
		isNetwork(known, f.Source, root.Type)
	return f, nil
}

// describe sets what the list of mounts says about a path. mountinfo is the content of /proc/self/mountinfo.
func (f *FileSystem) describe(mountinfo []byte, path string) {
	longest := -1
	for lines := bufio.NewScanner(bytes.NewReader(mountinfo)); lines.Scan(); {
		// 36 35 98:0 /root /mount/point rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue
		before, after, found := strings.Cut(lines.Text(), " - ")
		left, right := strings.Fields(before), strings.Fields(after)
		if !found || len(left) < 6 || len(right) < 3 {
			continue
		}
		point := unescapeMount(left[4])
		if len(point) < longest || !isBelow(path, point) { // of two at one point, the later one is on top
			continue
		}
		longest = len(point)
		f.MountPoint, f.Type, f.Source = point, right[0], unescapeMount(right[1])
		f.Options = append(strings.Split(left[5], ","), strings.Split(right[2], ",")...)
	}
}

// isBelow reports whether a path is a folder or in it.
func isBelow(path, folder string) bool {
	return folder == "/" || path == folder || strings.HasPrefix(path, folder+"/")
}

// unescapeMount decodes the octal escapes of space, tab, line feed and backslash in mountinfo.
func unescapeMount(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
