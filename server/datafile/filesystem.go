package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// FileSystem describes the file system of a folder, as far as the system tells. Sizes are in bytes.
type FileSystem struct {
	Type       string   // as the system names it: ext4, nfs4, fuse.sshfs; "" if it is not known
	Source     string   // what is mounted, such as /dev/sda1 or server:/export; "" if it is not known
	MountPoint string   // "" if it is not known
	Options    []string // of the mount and of the file system; only on Linux
	Network    bool     // other machines can have the same files open, or the files are on another machine

	Size, Free       uint64 // Free is what this user may use; both 0 if they are not known
	Files, FreeFiles uint64 // inodes; both 0 if they are not known or not limited
}

// NetworkError is the error of a data folder on a network file system. Hookbeam refuses it, unless the operator allows
// it: SQLite shares memory between connections and relies on locks and syncs, and a network file system may pretend
// all of these.
type NetworkError struct {
	Folder string
	FileSystem
}

func (e *NetworkError) Error() string {
	kind := e.Type
	if e.Source != "" {
		kind += ", " + e.Source
	}
	return fmt.Sprintf("the data folder %s is on a network file system (%s). SQLite needs file locks, shared memory "+
		"and syncs, which network file systems do not provide reliably: the database could be damaged, and "+
		"deliveries lost. Choose a folder on a local disk with --data; on Kubernetes, a volume of block storage. "+
		"If only one machine uses this folder and you accept the risk, allow it: --allow-network-fs "+
		"(HOOKBEAM_ALLOW_NETWORK_FS=true)", e.Folder, kind)
}

// CheckFileSystem returns a *NetworkError if the data folder dir is on a network file system and that is not allowed.
// The folder need not exist yet. network reports whether it is on one. A file system that cannot be identified is
// accepted.
func CheckFileSystem(dir string, allowed bool) (network bool, err error) {
	found, err := InspectFileSystem(dir)
	if err != nil || !found.Network || allowed {
		return found.Network, nil //nolint:nilerr // opening the folder gives a better error
	}
	return true, &NetworkError{Folder: dir, FileSystem: found}
}

// InspectFileSystem returns the file system of dir, or of its first parent that exists.
func InspectFileSystem(dir string) (FileSystem, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return FileSystem{}, err
	}
	for {
		resolved, err := filepath.EvalSymlinks(path)
		if err == nil {
			return fileSystemOf(resolved)
		}
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return FileSystem{}, err
		}
		if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return FileSystem{}, fmt.Errorf("%s is a link to nothing", path)
		}
		path = parent
	}
}

// networkTypes are the names of file systems whose files are on other machines, or shared with them. FUSE programs are
// listed by their own name.
var networkTypes = []string{
	"nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "smbnetfs", "afpfs", "afp", "webdav", "ncpfs",
	"afs", "coda", "ceph", "ceph-fuse", "cephfs", "lustre", "gpfs", "mmfs", "beegfs", "glusterfs", "orangefs",
	"pvfs2", "panfs", "acfs", "wekafs", "vboxsf", "vmhgfs", "vmhgfs-fuse", "prl_fs", "prl_fsd", "sshfs", "s3fs",
	"s3ql", "goofys", "geesefs", "tigrisfs", "gcsfuse", "blobfuse", "blobfuse2", "rclone", "mount-s3",
	"mountpoint-s3", "ossfs", "cosfs", "obsfs", "objectivefs", "cunofs", "juicefs", "seaweedfs", "weed",
	"moosefs", "mfs", "lizardfs", "saunafs", "quobyte", "alluxio", "hdfs", "fuse_dfs", "davfs", "davfs2",
	"curlftpfs", "gvfsd-fuse", "google-drive-ocamlfuse", "onedriver", "ipfs",
}

// isNetwork reports whether a file system of this type and source is a network file system. root is the type of the
// root file system, "" if it is not known.
//
// 9p is the doubtful one. It shares a folder of a host with a virtual machine, as WSL does with Windows' drives, and
// SQLite does not work reliably there. Some sandboxes use it for everything and for themselves alone: there the root is
// 9p as well, and refusing it would refuse each folder. virtiofs is used by one kernel and has its page cache, so it
// counts as local.
func isNetwork(kind, source, root string) bool {
	name, isFuse := strings.CutPrefix(kind, "fuse.")
	switch {
	case slices.Contains(networkTypes, strings.ToLower(name)):
		return true
	case kind == "9p":
		return root != "9p" || strings.Contains(source, `:\`) // a drive of Windows
	case isFuse || kind == "fuse" || kind == "fuseblk":
		// A program that is not known. What names a host, a user at a host or a URL is elsewhere.
		program, _, hasProgram := strings.Cut(source, "#") // an old form: sshfs#user@host:/path
		return hasProgram && slices.Contains(networkTypes, program) || slices.Contains(networkTypes, source) ||
			!strings.HasPrefix(source, "/") && strings.ContainsAny(source, ":@")
	}
	return false
}
