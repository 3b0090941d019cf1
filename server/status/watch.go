package status

import (
	"sync"

	"hookbeam/server/hook"
)

// watches are those who wait for subjects to change, by every name that one may have.
type watches struct {
	mu  sync.RWMutex
	all map[hook.AliasHash]map[*Watch]struct{}
}

// Watch is told whenever the subject of a name may have changed.
type Watch struct {
	keys    []hook.AliasHash
	changed chan struct{}
	of      *watches
}

// Watch begins to watch a name, which no subject need have yet. It ends with Close.
func (b *Board) Watch(endpoint hook.EndpointID, mode, name string) *Watch {
	w := &Watch{
		keys:    []hook.AliasHash{hook.HashAlias(endpoint, hook.EnvironmentTest, name)},
		changed: make(chan struct{}, 1),
		of:      &b.watches,
	}
	if mode != hook.ModeTest {
		w.keys = append(w.keys, hook.HashAlias(endpoint, hook.EnvironmentLive, name))
	}
	ws := w.of
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.all == nil {
		ws.all = map[hook.AliasHash]map[*Watch]struct{}{}
	}
	for _, key := range w.keys {
		if ws.all[key] == nil {
			ws.all[key] = map[*Watch]struct{}{}
		}
		ws.all[key][w] = struct{}{}
	}
	return w
}

// C gets one value when something may have changed, however much it was.
func (w *Watch) C() <-chan struct{} { return w.changed }

// Close ends the watch.
func (w *Watch) Close() {
	w.of.mu.Lock()
	defer w.of.mu.Unlock()
	for _, key := range w.keys {
		delete(w.of.all[key], w)
		if len(w.of.all[key]) == 0 {
			delete(w.of.all, key)
		}
	}
}

// tell wakes whoever watches a name of s.
func (ws *watches) tell(s *hook.Subject) {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	if len(ws.all) == 0 {
		return
	}
	aliases := aliasesOf(s)
	if s.Links.Account != "" { // a link need not name the account
		for _, name := range s.Status.Aliases {
			aliases = append(aliases, hook.HashAlias(s.Status.Endpoint, s.Environment, name))
		}
	}
	for _, alias := range aliases {
		for w := range ws.all[alias] {
			w.wake()
		}
	}
}

// everybody wakes all.
func (ws *watches) everybody() {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	for _, of := range ws.all {
		for w := range of {
			w.wake()
		}
	}
}

func (w *Watch) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

func modeEnvironment(mode string) string {
	if mode == hook.ModeTest {
		return hook.EnvironmentTest
	}
	return hook.EnvironmentLive
}
