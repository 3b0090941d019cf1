package status

import (
	"sync"

	"hookbeam/server/hook"
)

// watches index all open watches by the aliases that they wait for.
type watches struct {
	mu  sync.RWMutex
	all map[hook.AliasHash]map[*Watch]struct{}
}

// Watch waits for changes of the subject of a name. Public pages use one for each open connection, and read the status
// again after each value of C; it carries no state itself.
type Watch struct {
	keys    []hook.AliasHash
	changed chan struct{} // holds one value, so that many changes before a reading are one
	of      *watches
}

// Watch begins to watch a name, which no subject need have yet. It ends with Close. Test events are watched in either
// mode, since a link shows them as long as nothing else was reported.
func (v View) Watch(endpoint hook.EndpointID, mode, name string) *Watch {
	w := &Watch{
		keys:    []hook.AliasHash{hook.HashAlias(endpoint, hook.EnvironmentTest, name)},
		changed: make(chan struct{}, 1),
		of:      &v.p.watches,
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

// C returns the channel that gets a value when the status may have changed; one value may stand for many changes.
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

// notify wakes the watches of all aliases of s.
func (ws *watches) notify(s *hook.Subject) {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	if len(ws.all) == 0 {
		return
	}
	aliases := append(aliasesOf(s), referencesOf(s)...)
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

// notifyAll wakes all watches.
func (ws *watches) notifyAll() {
	ws.mu.RLock()
	defer ws.mu.RUnlock()
	for _, of := range ws.all {
		for w := range of {
			w.wake()
		}
	}
}

// wake never blocks: if a value waits already, the watch will read the newest state anyway.
func (w *Watch) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// modeEnvironment returns the environment of a link's mode. Links never show unverified deliveries.
func modeEnvironment(mode string) string {
	if mode == hook.ModeTest {
		return hook.EnvironmentTest
	}
	return hook.EnvironmentLive
}
