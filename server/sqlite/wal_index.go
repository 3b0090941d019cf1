package sqlite

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"hookbeam/server/datafile"
)

// walIndex reads the header of the WAL index, the -shm file, in which SQLite keeps how many frames of the WAL are valid
// (sqlite.org/walformat.html, "The WAL-Index File Format"). With it, checkTruncated notices that another program has
// truncated the WAL.
//
// The file stays open until the database is closed: on Unix, closing any descriptor of a file releases all locks of the
// process on it, those of SQLite included.
type walIndex struct{ file *os.File }

// Offsets in the header of the WAL index, which is in the processor's byte order, and sizes in the WAL.
const (
	indexPageSize = 14 // 2 bytes: the page size
	indexFrames   = 16 // 4 bytes: the number of valid frames
	indexRead     = 20 // bytes of the header that are read

	walHeader   = 32 // bytes before the first frame
	frameHeader = 24 // bytes before the page of each frame
)

// openWALIndex opens the WAL index of the database at path, which SQLite must have created already.
func openWALIndex(path string) (*walIndex, error) {
	f, err := datafile.Open(path+"-shm", os.O_RDONLY)
	if err != nil {
		return nil, fmt.Errorf("open the WAL's index: %w", err)
	}
	return &walIndex{f}, nil
}

// requiredWALSize returns how many bytes the WAL must have at least to contain its valid frames.
func (x *walIndex) requiredWALSize() (int64, error) {
	var head [indexRead]byte
	if _, err := x.file.ReadAt(head[:], 0); err != nil && err != io.EOF {
		return 0, err
	}
	frames := int64(binary.NativeEndian.Uint32(head[indexFrames:]))
	if frames == 0 {
		return 0, nil
	}
	size := int64(binary.NativeEndian.Uint16(head[indexPageSize:]))
	size = size&^1 | size&1<<16 // a page size of 64 KiB is stored as 1
	return walHeader + frames*(frameHeader+size), nil
}

// checkTruncated returns an error if the WAL of the database at path is shorter than its index requires: another
// program has truncated it, and the deliveries in it are lost. SQLite would not notice and append at the old offset,
// after a gap. A checkpoint changes the index before it truncates the WAL, so it is not mistaken for that: the index is
// read before and after the file. If either cannot be read, there is no error.
func (x *walIndex) checkTruncated(path string) error {
	if x == nil {
		return nil
	}
	before, err := x.requiredWALSize()
	if err != nil {
		return nil
	}
	_, size, err := datafile.Identify(path + "-wal")
	if err != nil || size >= before {
		return nil
	}
	if after, err := x.requiredWALSize(); err != nil || after != before {
		return nil
	}
	return fmt.Errorf("%s-wal was truncated: it has %d of %d bytes", path, size, before)
}

// close closes the file. It must be called after the database was closed.
func (x *walIndex) close() error {
	if x == nil {
		return nil
	}
	return x.file.Close()
}
