package sqlite

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"hookbeam/server/hook"
)

// Log is the log of deliveries. Deliveries are appended at its end, followers and other readers read from their own
// positions, and retention removes the oldest. It passes the tests of package logtest.
//
// All methods may be called from many goroutines. Those that write wait for DB.Run, the only writer. Fields that are
// not set once, atomic, or guarded by a lock of their own belong to the writer's goroutine.
type Log struct {
	*database
	epoch      string
	summedFrom hook.Seq // records from this seq on have a checksum; older releases stored none

	// head is the newest committed seq, and lastRemoved the newest one up to which retention may have removed verified
	// deliveries, too. Both are set after the commit that changes them in the database.
	head        atomic.Int64
	lastRemoved atomic.Int64

	ledger         *ledger // number and size of the rows; the writer's
	claims         claimScratch
	row            deliveryRow // the row that append writes
	values         []any       // the bound values of its INSERT; reused
	scratch        []byte      // the input of its checksum; reused
	blocks         blocks
	clock          clockWatch
	sweeper        sweeper
	damagedRecords damagedRecords
	hold           atomic.Pointer[func() hook.Seq] // see HoldBack
	tail           tail                            // the newest deliveries, in memory

	requests sync.Pool // of *writeRequest, for appends
	growth   struct {  // see Changed
		sync.Mutex
		changed chan struct{} // closed and replaced at each commit of deliveries
	}
}

// newLog returns the log of a database that is not open yet.
func newLog(s *database) *Log {
	l := &Log{database: s, ledger: newLedger()}
	l.sweeper.wake, l.sweeper.events.wake = make(chan struct{}, 1), make(chan struct{}, 1)
	l.growth.changed = make(chan struct{})
	return l
}

// createEpoch writes the log's row in the table log, with a random epoch, when the database is new.
func (s *Log) createEpoch() error {
	tail, err := hook.RandomTail(s.options.Random)
	if err != nil {
		return err
	}
	if err := s.write.exec(`INSERT INTO log (only, epoch, swept) VALUES (1, ?, 0) ON CONFLICT DO NOTHING`,
		tail[:10]); err != nil {
		return fmt.Errorf("name the log: %w", err)
	}
	return nil
}

// load reads the log's state at the start: epoch, both ends, and the ledger. The head is the newest seq that was ever
// given, which may be greater than that of the newest row: a seq is never given twice.
func (s *Log) load(ctx context.Context) error {
	var removedUpTo int64
	if err := s.read.QueryRowContext(ctx, `SELECT epoch, swept, summed_from FROM log`).
		Scan(&s.epoch, &removedUpTo, &s.summedFrom); err != nil {
		return fmt.Errorf("read the log's end: %w", err)
	}
	head, err := s.loadLedger()
	if err != nil {
		return fmt.Errorf("count what is kept: %w", err)
	}
	s.lastRemoved.Store(removedUpTo)
	s.head.Store(max(int64(head), removedUpTo))
	s.sweeper.events.opened = s.Head()
	s.clock.begin(s.options.Now(), s.options.Running())
	s.tail.from = hook.Seq(s.head.Load())
	return nil
}

// Epoch identifies this log. A cursor of another epoch is not valid here.
func (s *Log) Epoch() string { return s.epoch }

// Head is the newest committed seq, 0 if there is none.
func (s *Log) Head() hook.Seq { return hook.Seq(s.head.Load()) }

// FirstKept is the seq from which on retention has removed only rejected and unsigned deliveries, and those beyond the
// limits of their endpoint, see FirstKeptOf. Any delivery before it may have been removed.
func (s *Log) FirstKept() hook.Seq { return s.removedUpTo() + 1 }

// removedUpTo is the seq before FirstKept.
func (s *Log) removedUpTo() hook.Seq { return hook.Seq(s.lastRemoved.Load()) }

// Changed returns a channel that is closed when deliveries are committed after this call.
func (s *Log) Changed() <-chan struct{} {
	s.growth.Lock()
	defer s.growth.Unlock()
	return s.growth.changed
}

// announceGrowth wakes everybody who waits on the channel of Changed. The writer calls it after the commit.
func (s *Log) announceGrowth() {
	s.growth.Lock()
	defer s.growth.Unlock()
	close(s.growth.changed)
	s.growth.changed = make(chan struct{})
}
