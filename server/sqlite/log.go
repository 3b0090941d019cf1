package sqlite

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"hookbeam/server/hook"
)

// Log is the log of deliveries: they are appended at its end, followers and readers take them from their own place, and
// retention removes the oldest. All methods may be used from many goroutines at once. Those that write wait for DB.Run,
// the one writer.
//
// Its fields belong to the writer's goroutine where they are neither fixed, atomic nor guarded by a lock of their own.
type Log struct {
	*database
	epoch      string
	summedFrom hook.Seq // the seq from which on each record has a checksum

	head  atomic.Int64
	swept atomic.Int64 // everything up to here may be gone

	ledger  *ledger // what is kept; the writer's
	claims  claimScratch
	row     deliveryRow // what is being written
	values  []any       // of the INSERT, used again
	scratch []byte      // of checksums
	blocks  blocks
	clock   clockWatch
	sweeper sweeper
	spoilt  spoilt
	tail    tail

	requests sync.Pool // of *writeRequest, for appends
	growth   struct {
		sync.Mutex
		changed chan struct{} // closed and replaced at each commit of deliveries
	}
}

func newLog(s *database) *Log {
	l := &Log{database: s, ledger: newLedger()}
	l.sweeper.wake, l.sweeper.events.wake = make(chan struct{}, 1), make(chan struct{}, 1)
	l.growth.changed = make(chan struct{})
	return l
}

// name makes the log's epoch on the first start.
func (s *Log) name() error {
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

// load reads where the log stands.
func (s *Log) load(ctx context.Context) error {
	var swept int64
	if err := s.read.QueryRowContext(ctx, `SELECT epoch, swept, summed_from FROM log`).
		Scan(&s.epoch, &swept, &s.summedFrom); err != nil {
		return fmt.Errorf("read the log's end: %w", err)
	}
	head, err := s.loadLedger()
	if err != nil {
		return fmt.Errorf("count what is kept: %w", err)
	}
	s.swept.Store(swept)
	s.head.Store(max(int64(head), swept))
	s.sweeper.events.opened = s.Head()
	s.clock.begin(s.options.Now(), s.options.Running())
	s.tail.from = hook.Seq(s.head.Load())
	return nil
}

// Epoch names this log: cursors of another one are worth nothing here.
func (s *Log) Epoch() string { return s.epoch }

// Head is the newest committed seq, 0 where there is none.
func (s *Log) Head() hook.Seq { return hook.Seq(s.head.Load()) }

// FirstKept is the seq from which on retention has removed nothing but rejected and unsigned deliveries. Of those
// before it, any may be gone.
func (s *Log) FirstKept() hook.Seq { return s.sweptTo() + 1 }

// sweptTo is the seq before FirstKept.
func (s *Log) sweptTo() hook.Seq { return hook.Seq(s.swept.Load()) }

// Changed returns a channel that is closed when deliveries are committed after this call.
func (s *Log) Changed() <-chan struct{} {
	s.growth.Lock()
	defer s.growth.Unlock()
	return s.growth.changed
}

func (s *Log) announceGrowth() {
	s.growth.Lock()
	defer s.growth.Unlock()
	close(s.growth.changed)
	s.growth.changed = make(chan struct{})
}
