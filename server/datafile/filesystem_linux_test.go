package datafile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mounts is a /proc/self/mountinfo with what operators use.
const mounts = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:30 / /nfs rw,relatime shared:1 - nfs4 10.0.0.1:/export rw,vers=4.2
31 22 0:31 / /cifs rw - cifs //nas/data rw
32 22 0:32 / /ssh rw - fuse.sshfs me@host:/srv rw,user_id=0
33 22 0:33 / /s3 rw - fuse.s3fs s3fs rw
34 22 0:34 / /old rw - fuse sshfs#me@host: rw
35 22 0:35 / /c rw - 9p C:\134 rw,aname=drvfs
36 22 0:36 / /share rw - 9p host rw,trans=virtio
37 22 0:37 / /ntfs rw - fuseblk /dev/sdb1 rw
38 22 0:38 / /crypt rw - fuse.gocryptfs /home/me/crypt rw
39 22 0:39 / /vm rw - virtiofs host rw
40 22 0:40 / /other rw - fuse.newfs nas:/volume rw
41 22 0:41 / /two\040words rw - ceph mon1:/ rw
42 22 0:42 / /nfs/local rw - xfs /dev/vdb rw,nobarrier
43 22 0:43 / /over rw - ext4 /dev/vdc rw
44 43 0:44 / /over rw - nfs nas:/over rw
45 22 0:45 / /gluster rw - fuse.glusterfs gl1:/vol rw
`

func TestNetworkFileSystemsAreTold(t *testing.T) {
	for path, want := range map[string]bool{
		"/": false, "/data": false, "/nfs": true, "/nfs/data": true, "/nfsdata": false, "/cifs/a": true, "/ssh/a": true,
		"/s3/a": true, "/old": true, "/c/Users": true, "/share": true, "/ntfs": false, "/crypt": false, "/vm": false,
		"/other/x": true, "/two words/x": true, "/nfs/local/data": false, "/over": true, "/gluster": true,
	} {
		var f, root FileSystem
		f.describe([]byte(mounts), path)
		root.describe([]byte(mounts), "/")
		if got := isNetwork(f.Type, f.Source, root.Type); got != want {
			t.Errorf("%s (%s, %s): network %v", path, f.Type, f.Source, got)
		}
	}
	// Where everything is 9p, a sandbox has nothing else; a drive of Windows is one all the same.
	if isNetwork("9p", "none", "9p") || !isNetwork("9p", `C:\`, "9p") || !isNetwork("9p", "none", "") {
		t.Error("9p is not told apart")
	}
}

func TestALocalFolderIsAccepted(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{dir, filepath.Join(dir, "not", "yet")} {
		if network, err := CheckFileSystem(folder, false); network || err != nil {
			t.Errorf("%s: %v, %v", folder, network, err)
		}
		f, err := InspectFileSystem(folder)
		if err != nil || f.Type == "" || f.Size == 0 || f.Free > f.Size || f.MountPoint == "" || len(f.Options) == 0 {
			t.Errorf("%s: %+v, %v", folder, f, err)
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink(filepath.Join(dir, "nothing"), loop); err != nil {
		t.Fatal(err)
	}
	if _, err := InspectFileSystem(loop); err == nil {
		t.Error("a link to nothing has a file system")
	}
	if f, err := InspectFileSystem("/proc/self"); err != nil || f.Type != "proc" {
		t.Errorf("/proc: %+v, %v", f, err)
	}
}

func TestANetworkErrorSaysWhyAndWhatToDo(t *testing.T) {
	var err error = &NetworkError{"/nfs/data", FileSystem{Type: "nfs4", Source: "10.0.0.1:/export"}}
	var network *NetworkError
	for _, want := range []string{"/nfs/data", "nfs4, 10.0.0.1:/export", "--allow-network-fs", "--data", "locks"} {
		if !errors.As(err, &network) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}
