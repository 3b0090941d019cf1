package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/wire"
)

// checkFolder checks that the data folder and its files are their owner's alone.
func (e *examination) checkFolder() {
	const check = "data folder"
	wrong := datafile.Inspect(e.Data)
	if len(wrong) == 1 && errors.Is(wrong[0], fs.ErrNotExist) {
		e.warn(check, "Nothing to do if this is a new installation: hookbeam serve creates it. "+
			"Otherwise pass the data folder with --data.", "%s does not exist.", e.absolute())
		return
	}
	var modes []string
	for _, err := range wrong {
		var mode *datafile.ModeError
		switch {
		case errors.As(err, &mode):
			modes = append(modes, sentence(err))
		case errors.Is(err, fs.ErrPermission):
			e.fail(check, "Run hookbeam doctor as the user who runs the server, such as with sudo -u, or as root.",
				"It cannot be read: %s.", sentence(err))
		default:
			e.fail(check, "Correct it before the next start: hookbeam serve refuses the folder as it is.",
				"%s.", sentence(err))
		}
	}
	if len(modes) > 0 {
		e.warn(check, "Restart the server, which corrects the modes, or run chmod -R go= on the folder.",
			"%s.", strings.Join(modes, "; "))
	}
	if len(wrong) == 0 {
		e.ok(check, "%s is its owner's alone.", e.absolute())
	}
}

// absolute returns the path of the data folder, for messages.
func (e *examination) absolute() string {
	if path, err := filepath.Abs(e.Data); err == nil {
		return path
	}
	return e.Data
}

// checkFileSystem checks that SQLite works on the file system of the data folder, and that its files stay.
func (e *examination) checkFileSystem() {
	const check = "file system"
	found, err := datafile.InspectFileSystem(e.Data)
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) { // on this system it cannot be told
			e.warn(check, "Check that the folder is on a mounted disk.", "It cannot be inspected: %s.", sentence(err))
		}
		return
	}
	kind := found.Type
	if found.MountPoint != "" {
		kind += " at " + found.MountPoint
	}
	has := func(option string) bool { return slices.Contains(found.Options, option) }
	switch {
	case found.Network && (e.NetworkFS || datafile.ReadRunningServer(e.Data).NetworkFS):
		e.warn(check, "Move the data folder to a local disk.",
			"%s (%s) is a network file system, which is allowed here. SQLite can lose or damage data on it.",
			kind, found.Source)
	case found.Network:
		e.fail(check, "Choose a folder on a local disk with --data; --allow-network-fs allows this one at your risk.",
			"%s (%s) is a network file system: locks, shared memory and syncs are not reliable "+
				"there.", kind, found.Source)
	case has("ro"):
		e.fail(check, "Mount it so that it can be written (mount -o remount,rw), and look in the kernel's log for why "+
			"it is not: after an error of the disk, a file system is often switched to read-only.",
			"%s is read-only, so nothing can be stored.", kind)
	case found.Type == "tmpfs" || found.Type == "ramfs":
		e.warn(check, "Choose a folder on a disk with --data.",
			"%s is in memory: everything is lost with the next restart of the machine.", kind)
	case found.Type == "overlay" || found.Type == "overlayfs" || found.Type == "aufs":
		e.warn(check, "Mount a volume there: docker run -v hookbeam:/data …",
			"%s is a container's own layer: the data are removed together with the container.", kind)
	case has("nobarrier") || has("barrier=0"):
		e.fail(check, "Mount it without nobarrier or barrier=0.",
			"%s is mounted without write barriers: a power failure can lose deliveries that were answered 2xx.", kind)
	case strings.Contains(os.Getenv("LD_PRELOAD"), "eatmydata"):
		e.fail(check, "Start Hookbeam without libeatmydata.", "Syncs are switched off by libeatmydata.")
	default:
		e.ok(check, "%s is local.", kind)
	}
}

// lowSpace and lowInodes are what a disk should have free in any case.
const (
	lowSpace  = 256 << 20 // bytes
	lowInodes = 1000
)

// holdsFreeSpace reports whether so much of a database file holds nothing that compacting it is worth a stop.
func holdsFreeSpace(s *wire.StorageUsage) bool {
	return !s.ReturnsSpace && s.FreeBytes > 64<<20 && s.FreeBytes > s.FileBytes/2
}

// checkDisk compares the free space with what the limits of retention still allow to grow.
func (e *examination) checkDisk() {
	const check = "disk"
	found, err := datafile.InspectFileSystem(e.Data)
	if err != nil || found.Size == 0 {
		return
	}
	keep := e.KeepBytes
	if e.server != nil {
		keep = e.info.Storage.KeepBytes
	}
	used := e.usedBytes()
	// Deliveries may take keep, their statuses as much, and event ids a fifth. An unfinished rebuild and the WAL need
	// some more, which lowSpace stands for.
	need := max(0, 2*keep+keep/5-used) + lowSpace
	const grow = "Free some space or enlarge the disk; or keep less with --keep-bytes or --keep-for. " +
		"While the disk is full, senders get 503."
	switch free := int64(min(found.Free, 1<<62)); {
	case found.Files > 0 && found.FreeFiles < lowInodes:
		e.fail(check, "Remove small files from this file system, or move the data folder to another one.",
			"Only %d inodes are free, so new files may fail.", found.FreeFiles)
	case free < lowSpace:
		e.fail(check, grow, "Only %s are free.", size(free))
	case keep == 0:
		e.warn(check, "Set --keep-bytes, or make sure that --keep-for removes enough.",
			"%s are free, and --keep-bytes 0 lets deliveries take all of it.", size(free))
	case free < need:
		e.warn(check, grow, "%s are free, and up to %s more may be needed until --keep-bytes (%s) is reached.",
			size(free), size(need), size(keep))
	case e.server != nil && holdsFreeSpace(&e.info.Storage):
		e.warn(check, "It is used before the file grows. To return it to the disk, stop the server and run hookbeam "+
			"compact once.", "%s are free, and %s of the %s of the log's file hold nothing.", size(free),
			size(e.info.Storage.FreeBytes), size(e.info.Storage.FileBytes))
	default:
		e.ok(check, "%s are free; the data folder takes %s, and --keep-bytes is "+
			"%s.", size(free), size(used), size(keep))
	}
}

// usedBytes returns the size of the files in the data folder.
func (e *examination) usedBytes() (sum int64) {
	entries, err := os.ReadDir(e.Data)
	if err != nil {
		return 0
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
	}
	return sum
}

// size returns a number of bytes for people.
func size(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"}
	value, unit := float64(n), 0
	for value >= 1024 && unit < len(units)-1 {
		value, unit = value/1024, unit+1
	}
	if unit == 0 || value >= 100 {
		return fmt.Sprintf("%.0f %s", value, units[unit])
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// earliest is before any release of Hookbeam: a clock that shows an earlier time is not set.
var earliest = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// checkClock checks that the clock is set and that the system keeps it right. Signatures with a timestamp are refused
// if the clock is five minutes off.
func (e *examination) checkClock() {
	const check = "clock"
	const sync = "Switch on the synchronization of the clock: timedatectl set-ntp true, or chrony. " +
		"Signatures with a timestamp are refused if the clock is five minutes off."
	synchronized, known := clockSynchronized()
	switch now := e.Now(); {
	case now.Before(earliest):
		e.fail(check, sync, "It shows %s, so it is not set.", now.UTC().Format(time.RFC3339))
	case known && !synchronized:
		e.warn(check, sync, "The system does not synchronize it. It shows %s.", now.UTC().Format(time.RFC3339))
	case known:
		e.ok(check, "The system synchronizes it.")
	default:
		e.ok(check, "It shows %s. Whether it is synchronized cannot be told here.", now.UTC().Format(time.RFC3339))
	}
}

// checkDatabase checks whether the database can be opened by this release. It is for a folder without a server.
func (e *examination) checkDatabase(ctx context.Context) {
	const check = "database"
	if !datafile.HasDatabase(e.Data) {
		return
	}
	if _, running, err := datafile.FindRunningServer(e.Data); err != nil || running {
		return // it cannot be asked, and no other process opens its database
	}
	switch older, err := e.Database(ctx); {
	case errors.Is(err, ErrNotClosed):
		e.ok(check, "It was not closed, as after a crash. The next start recovers it; nothing that was answered is "+
			"lost.")
	case err != nil:
		e.fail(check, "Start the release that wrote it, or restore a backup.", "%s.", sentence(err))
	case older:
		e.warn(check, "Make a backup before you start this release, which upgrades it.", "An older release wrote it.")
	default:
		e.ok(check, "This release can open it. To look for damage, run hookbeam check.")
	}
}

// fewFiles is a limit of open files with which a server runs out of connections too early.
const fewFiles = 4096

// checkOpenFiles checks the limit of open files, which bounds the number of connections.
func (e *examination) checkOpenFiles() {
	limit := e.OpenFiles
	if e.server != nil {
		limit = e.about.OpenFiles
	}
	if limit > 0 && limit < fewFiles {
		e.warn("open files", "Raise it: LimitNOFILE=65536 in the systemd unit, --ulimit nofile=65536 for a "+
			"container, or "+
			"ulimit -n 65536 before the start.", "The limit is %d, so at most %d connections are accepted.",
			limit, limit/5*4)
		return
	}
	if limit > 0 {
		e.ok("open files", "The limit is %d.", limit)
	}
}
