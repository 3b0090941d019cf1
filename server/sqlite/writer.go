package sqlite

import (
	"context"
	"errors"
	"runtime"
	"time"

	"hookbeam/server/hook"
)

// maxBatch is the largest number of requests in one transaction, and the length of the writer's queue.
const maxBatch = 512

// writeRequest is a request to the writer: to append record, or to run change in a transaction. A request with neither
// only has the writer look at the database; see rescue. The caller owns it before it is queued and after done was sent
// to, the writer in between.
type writeRequest struct {
	record *hook.Record
	flat   []byte                  // the record's headers as they are stored; the writer fills it
	change func(*writerConn) error // its error undoes this change only, not the batch
	rescue *bool                   // if not nil: call database.rescue, and set this to its result
	err    error                   // the result
	done   chan struct{}           // has one slot; receives one value after the commit or failure
}

// Run is the writer. It commits requests in groups: it takes all that are queued, executes them in one transaction,
// commits, which syncs the WAL to disk, and answers them all. So the cost of a sync is shared by the deliveries that
// arrived during the sync before it. There is no timer: waiting for more requests would only add latency.
//
// It returns when ctx has ended and the queue is empty.
func (s *DB) Run(ctx context.Context) error {
	defer close(s.stopped)
	batch := make([]*writeRequest, 0, maxBatch)
	for {
		select {
		case w := <-s.queue:
			s.yield()
			// While a batch commits, the queue fills with the next one.
			batch = s.gather(append(batch[:0], w))
			s.commit(batch)
		case <-ctx.Done():
			for batch = s.gather(batch[:0]); len(batch) > 0; batch = s.gather(batch[:0]) {
				s.commit(batch)
			}
			return s.saveOnStop()
		}
	}
}

// maxYields is how often yield lets other goroutines run at most.
const maxYields = 8

// yield lets goroutines run that are about to queue a request, so that they share this commit. It goes on as long as
// the queue grows. If no other goroutine is ready to run, it returns at once.
func (s *database) yield() {
	for range maxYields {
		waiting := len(s.queue)
		if runtime.Gosched(); len(s.queue) == waiting {
			return
		}
	}
}

// gather appends queued requests to batch until the queue is empty or the batch is full.
func (s *database) gather(batch []*writeRequest) []*writeRequest {
	for len(batch) < maxBatch {
		select {
		case w := <-s.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
	return batch
}

// commit executes a batch in one transaction, then publishes the new deliveries to readers, then answers the requests.
// The order matters: a reader must never see a delivery that could still be rolled back, and a sender that got its
// answer must find its delivery.
func (s *database) commit(batch []*writeRequest) {
	began, head := s.options.Running(), s.log.Head()
	last, err := s.transact(batch, head)
	if err == nil {
		// A commit into files that were deleted or replaced succeeds, but is lost when they are closed. Watch looks
		// only once a second, so this is checked before each answer.
		err = s.checkFiles(durableFiles)
	}
	if err != nil {
		err = s.unavailable(err)
		s.logFailure(len(batch), err)
	} else if last > head {
		s.log.tail.add(batch)
		s.log.head.Store(int64(last))
		s.log.announceGrowth()
	}
	s.outcome.set(s.options.Now(), err)
	s.measures.committed(deliveriesIn(batch), s.options.Running()-began, err)
	for i, w := range batch {
		if err != nil {
			w.err = err
		}
		if w.rescue != nil {
			*w.rescue = s.rescue()
		}
		batch[i] = nil
		w.done <- struct{}{}
	}
}

// logFailureEvery is the interval at which failed commits are logged. If the disk is full, thousands of commits may
// fail each second, and the server's log may be on the same disk.
const logFailureEvery = time.Minute

// logFailure logs a failed commit: the first one, then at most one per logFailureEvery, with the number of those since.
func (s *database) logFailure(waiting int, err error) {
	if s.isGone() { // checkFiles has logged it
		return
	}
	running := s.options.Running()
	s.failures.commits++
	if s.failures.logged && running-s.failures.at < logFailureEvery {
		return
	}
	s.options.Log.Error("could not store", "waiting", waiting, "failed_commits", s.failures.commits, "error", err)
	s.failures = failures{logged: true, at: running}
}

// failures counts the failed commits that were not logged yet.
type failures struct {
	commits int
	logged  bool          // a failure was logged before
	at      time.Duration // when, on the monotonic clock
}

// transact executes a batch in one transaction and returns the log's head after it. The error of a change is returned
// to its own caller, and a savepoint undoes only that change. An error of an append or of the commit rolls back the
// whole batch: SQLite may have ended the transaction, and the error, such as a full disk, concerns all of them.
//
// What is in memory follows the transaction: the ledger is rolled back with it, and the tail, the head and the channel
// of Changed are updated by commit afterwards.
func (s *database) transact(batch []*writeRequest, head hook.Seq) (hook.Seq, error) {
	if bad := s.damaged.Load(); bad != nil {
		return head, *bad
	}
	if s.isGone() {
		return head, errGone
	}
	// SQLite would append to a truncated WAL at the old offset. Afterwards its size would no longer show the gap.
	if err := s.index.checkTruncated(s.path); err != nil {
		return head, s.checkFiles(durableFiles)
	}
	if err := s.write.begin(); err != nil {
		return head, err
	}
	for _, w := range batch {
		var err error
		if w.change != nil {
			savepoint := s.log.ledger.savepoint()
			if w.err, err = s.write.inSavepoint(w.change); w.err != nil {
				s.log.ledger.rollbackTo(savepoint)
			}
		} else {
			head++
			err = s.log.append(w, head)
		}
		if err != nil {
			return head, s.rollback(err)
		}
	}
	saved := s.log.ledger.saveDue // an append can make it due, too: it may remove a rejected delivery
	if saved {
		if err := s.log.saveLedger(head); err != nil {
			return head, s.rollback(err)
		}
	}
	if err := s.write.commit(); err != nil {
		return head, s.rollback(err)
	}
	s.log.ledger.commit(saved)
	s.log.wakeSweeper()
	return head, nil
}

// rollback rolls back the transaction and what memory holds of it.
func (s *database) rollback(err error) error {
	s.log.ledger.rollback()
	s.log.blocks.listed = nil
	return errors.Join(err, s.write.rollback())
}

// saveOnStop writes the ledger when the writer stops, so that the next start need not count what was appended since.
func (s *database) saveOnStop() error {
	if !s.log.ledger.unsaved || s.damaged.Load() != nil {
		return nil
	}
	w := &writeRequest{change: s.save, done: make(chan struct{}, 1)}
	s.commit([]*writeRequest{w}) // logs a failure; the next start then counts
	return nil
}

// save makes the open transaction write the ledger before it commits. It is a change for do.
func (s *database) save(*writerConn) error {
	s.log.ledger.saveDue = true
	return nil
}

// submit queues w and waits until it is committed or has failed. It takes no context: until the writer has answered, it
// may read the request, and an answer to the sender must say whether the delivery is stored.
func (s *database) submit(w *writeRequest) error {
	select {
	case s.queue <- w:
	case <-s.stopped:
		return errStopping
	}
	select {
	case <-w.done:
		return w.err
	case <-s.stopped: // it may have answered just before it stopped
		select {
		case <-w.done:
			return w.err
		default:
			return errStopping
		}
	}
}

// do runs change in the writer's next transaction and returns its error. If ctx has already ended, it does nothing.
func (s *database) do(ctx context.Context, change func(*writerConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.submit(&writeRequest{change: change, done: make(chan struct{}, 1)})
}
