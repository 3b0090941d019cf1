package sqlite

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"hookbeam/server/datafile"
)

// walIndex is the beginning of the WAL's index, the -shm file, in which SQLite says how much of the WAL counts
// (sqlite.org/walformat.html, "The WAL-Index File Format"). It stays open until the database is closed: on Unix,
// closing
// a file takes away all locks that the process has on it, SQLite's too.
type walIndex struct{ file *os.File }

// The parts of the index's header that are read, in the processor's byte order.
const (
	indexPageSize = 14 // 2 bytes
	indexFrames   = 16 // 4 bytes: how many frames count
	indexRead     = 20

	walHeader   = 32
	frameHeader = 24
)

func openWALIndex(path string) (*walIndex, error) {
	f, err := datafile.Open(path+"-shm", os.O_RDONLY)
	if err != nil {
		return nil, fmt.Errorf("open the WAL's index: %w", err)
	}
	return &walIndex{f}, nil
}

// needs is how many bytes the WAL must have at least.
func (x *walIndex) needs() (int64, error) {
	var head [indexRead]byte
	if _, err := x.file.ReadAt(head[:], 0); err != nil && err != io.EOF {
		return 0, err
	}
	frames := int64(binary.NativeEndian.Uint32(head[indexFrames:]))
	if frames == 0 {
		return 0, nil
	}
	size := int64(binary.NativeEndian.Uint16(head[indexPageSize:]))
	size = size&^1 | size&1<<16 // 64 KiB is written as 1
	return walHeader + frames*(frameHeader+size), nil
}

// cut returns an error where the WAL at path is shorter than its index says: somebody emptied it, and what it held is
// gone. SQLite would go on at the same place, behind a hole. Who empties it rightly, as a checkpoint does, says so in
// the
// index first. What cannot be looked at is taken to be whole.
func (x *walIndex) cut(path string) error {
	if x == nil {
		return nil
	}
	before, err := x.needs()
	if err != nil {
		return nil
	}
	_, size, err := datafile.Identify(path + "-wal")
	if err != nil || size >= before {
		return nil
	}
	if after, err := x.needs(); err != nil || after != before {
		return nil
	}
	return fmt.Errorf("%s-wal was cut: it has %d bytes of %d", path, size, before)
}

func (x *walIndex) close() error {
	if x == nil {
		return nil
	}
	return x.file.Close()
}
