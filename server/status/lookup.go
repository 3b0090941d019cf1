package status

import (
	"context"

	"hookbeam/server/hook"
)

// find returns the subject of a name in its newest state, pending or stored; nil if there is none. Callers must not
// change it, as others read it too.
func (p *Projector) find(ctx context.Context, name hook.AliasHash) (*hook.Subject, error) {
	p.using.RLock()
	defer p.using.RUnlock()
	for range 3 { // two subjects may turn out to be one between looking up the name and the subject
		key, err := p.keyOf(ctx, name)
		if err != nil || key == 0 {
			return nil, err
		}
		s, err := p.subject(ctx, key)
		if s != nil && s.Links.Level == "" {
			old := *s
			p.upgrade(&old)
			s = &old
		}
		if s != nil || err != nil {
			return s, err
		}
	}
	return nil, nil
}

// findUnit is find for names that people use. A reference that lists one payment or order, about which nothing else is
// known, reads as that, whether it has a row of its own or not.
func (p *Projector) findUnit(ctx context.Context, name hook.AliasHash) (*hook.Subject, error) {
	s, err := p.find(ctx, name)
	if err != nil {
		return nil, err
	}
	return p.unitOf(ctx, s)
}

// unitOf returns the payment or order that a subject reads as: itself, unless it is such a reference. If what it lists
// was removed, its summary still counts.
func (p *Projector) unitOf(ctx context.Context, s *hook.Subject) (*hook.Subject, error) {
	if s == nil || !s.Status.IsAlias() {
		return s, nil
	}
	if key, ok := s.Status.Parent.Key(); ok {
		if unit, err := p.find(ctx, key); unit != nil || err != nil {
			return unit, err
		}
	}
	return s, nil
}

// keyOf returns the key of the subject that has an alias; 0 if there is none. The caller holds using.
func (p *Projector) keyOf(ctx context.Context, name hook.AliasHash) (int64, error) {
	p.mu.RLock()
	key, ok := p.pending.aliases[name]
	p.mu.RUnlock()
	if !ok {
		key, ok = p.aliases.Get(name)
	}
	if !ok {
		return p.store.KeyOfAlias(ctx, name)
	}
	return key, nil
}

// subject returns the subject with a key; nil if it was merged or removed. The caller holds using.
func (p *Projector) subject(ctx context.Context, key int64) (*hook.Subject, error) {
	p.mu.RLock()
	s, ok := p.pending.subjects[key]
	_, gone := p.pending.gone[key]
	p.mu.RUnlock()
	if gone {
		return nil, nil
	}
	if !ok {
		s, ok = p.subjects.get(key)
	}
	if !ok {
		return p.store.Subject(ctx, key)
	}
	return s, nil
}
