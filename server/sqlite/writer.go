package sqlite

import (
	"context"
	"errors"
	"runtime"
	"time"

	"hookbeam/server/hook"
)

// maxBatch bounds how much one transaction takes; what waits beyond it goes into the next.
const maxBatch = 512

// writeRequest is one thing that waits for the writer: a delivery to append, or a change to make.
type writeRequest struct {
	record *hook.Record
	flat   []byte // its headers, as they are stored
	change func(*writerConn) error
	rescue *bool // see Store.rescue; set where it is done
	err    error
	done   chan struct{} // one slot; filled when it is committed or has failed
}

// Run is the one writer: it takes whatever is queued, commits it in one synced transaction, and answers everybody.
// There is no timer: while it commits, the next batch gathers. It returns when ctx has ended and the queue is empty.
func (s *DB) Run(ctx context.Context) error {
	defer close(s.stopped)
	batch := make([]*writeRequest, 0, maxBatch)
	for {
		select {
		case w := <-s.queue:
			s.yield()
			batch = s.gather(append(batch[:0], w))
			s.commit(batch)
		case <-ctx.Done():
			for batch = s.gather(batch[:0]); len(batch) > 0; batch = s.gather(batch[:0]) {
				s.commit(batch)
			}
			return s.saveLast()
		}
	}
}

// mostYields bounds how often the others go first.
const mostYields = 8

// yield lets those go first who are about to queue, for as long as that makes the queue longer: they share this commit.
// Where nobody else can run it returns at once.
func (s *database) yield() {
	for range mostYields {
		waiting := len(s.queue)
		if runtime.Gosched(); len(s.queue) == waiting {
			return
		}
	}
}

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

// commit writes a batch in one transaction, then tells followers, then answers.
func (s *database) commit(batch []*writeRequest) {
	head := s.log.Head()
	last, err := s.transact(batch, head)
	if err == nil {
		err = s.stillThere(heldFiles) // before anybody is answered: each commit is looked after, not only each second
	}
	if err != nil {
		err = s.unavailable(err)
		s.tellFailure(len(batch), err)
	} else if last > head {
		s.log.tail.add(batch)
		s.log.head.Store(int64(last))
		s.log.announceGrowth()
	}
	s.outcome.set(s.options.Now(), err)
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

// tellFailureEvery is how often the log says that nothing can be stored. On a full disk thousands of commits a second
// may fail, and the log may be on that disk.
const tellFailureEvery = time.Minute

// tellFailure logs that a commit failed, the first time and then once in tellFailureEvery.
func (s *database) tellFailure(waiting int, err error) {
	if s.isGone() { // that was said once
		return
	}
	running := s.options.Running()
	s.failures.commits++
	if s.failures.told && running-s.failures.at < tellFailureEvery {
		return
	}
	s.options.Log.Error("could not store", "waiting", waiting, "failed_commits", s.failures.commits, "error", err)
	s.failures = failures{told: true, at: running}
}

// failures are the commits that failed since the log last said so.
type failures struct {
	commits int
	told    bool
	at      time.Duration // when it said so
}

// transact returns the log's head after the batch. An error of a change is the change's own and spares the others;
// an error of an append or of the commit undoes the whole batch.
func (s *database) transact(batch []*writeRequest, head hook.Seq) (hook.Seq, error) {
	if bad := s.damaged.Load(); bad != nil {
		return head, *bad
	}
	if s.isGone() {
		return head, errGone
	}
	if err := s.index.cut(s.path); err != nil { // once it is written behind the hole, that cannot be seen any more
		return head, s.stillThere(heldFiles)
	}
	if err := s.write.begin(); err != nil {
		return head, err
	}
	for _, w := range batch {
		var err error
		if w.change != nil {
			mark := s.log.ledger.mark()
			if w.err, err = s.write.guarded(w.change); w.err != nil {
				s.log.ledger.rollbackTo(mark)
			}
		} else {
			head++
			err = s.log.append(w, head)
		}
		if err != nil {
			return head, s.undo(err)
		}
	}
	saved := s.log.ledger.removed
	if saved {
		if err := s.log.saveLedger(head); err != nil {
			return head, s.undo(err)
		}
	}
	if err := s.write.commit(); err != nil {
		return head, s.undo(err)
	}
	s.log.ledger.commit(saved)
	s.log.wakeSweeper()
	return head, nil
}

func (s *database) undo(err error) error {
	s.log.ledger.rollback()
	s.log.blocks.listed = nil
	return errors.Join(err, s.write.rollback())
}

// saveLast writes the ledger when the writer ends, so that the next start need not count.
func (s *database) saveLast() error {
	if !s.log.ledger.unsaved || s.damaged.Load() != nil {
		return nil
	}
	w := &writeRequest{change: s.save, done: make(chan struct{}, 1)}
	s.commit([]*writeRequest{w}) // it logs a failure, after which the next start counts
	return nil
}

// save has the open transaction write the ledger.
func (s *database) save(*writerConn) error {
	s.log.ledger.removed = true
	return nil
}

// wait queues w and returns when it is committed or has failed. It does not give up when the caller's context ends:
// the writer owns the request until it answers.
func (s *database) wait(w *writeRequest) error {
	select {
	case s.queue <- w:
	case <-s.stopped:
		return errStopping
	}
	select {
	case <-w.done:
		return w.err
	case <-s.stopped:
		select {
		case <-w.done:
			return w.err
		default:
			return errStopping
		}
	}
}

// do runs change in the writer's next transaction.
func (s *database) do(ctx context.Context, change func(*writerConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.wait(&writeRequest{change: change, done: make(chan struct{}, 1)})
}
