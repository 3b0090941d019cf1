package sqlite

import (
	"context"
	"sync"

	"hookbeam/server/hook"
)

// noting is a follower that only notes how far it has come.
type noting struct {
	mu    sync.Mutex
	at    hook.Seq
	moved chan struct{}
}

func (n *noting) Name() string { return "noting" }

func (n *noting) Position() hook.Seq { n.mu.Lock(); defer n.mu.Unlock(); return n.at }

func (n *noting) Moved() <-chan struct{} { n.mu.Lock(); defer n.mu.Unlock(); return n.moved }

func (n *noting) Apply(_ context.Context, _ []hook.Delivery, upTo hook.Seq) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at = upTo
	close(n.moved)
	n.moved = make(chan struct{})
	return nil
}

// reach waits until it has come to a seq.
func (n *noting) reach(seq hook.Seq) {
	for {
		moved := n.Moved()
		if n.Position() >= seq {
			return
		}
		<-moved
	}
}
