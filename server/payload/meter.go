package payload

// MaxSteps is the limit of reading one delivery, once when it is received and once more when its events are
// extracted. A step is about the work of reading one byte of JSON, one nanosecond. It is counted before the work is
// done. A body of a thousand events in one megabyte takes about eight million steps. Unlike a time limit, steps
// give the same result for the same delivery on every machine.
const MaxSteps = 16 << 20

// Meter counts the steps that reading a delivery takes. Every reader charges it before it reads. The zero Meter is
// ready to use; a nil Meter allows everything.
type Meter struct {
	Steps  int
	Cut    bool // something was not read, for it would have cost too much
	Hashed int  // bytes that were hashed: as many as there are keys, whatever the steps
}

// Charge counts steps. It returns false if they exceed MaxSteps: then they are not counted, and the caller must not
// do the work.
func (m *Meter) Charge(steps int) bool {
	if m == nil { // no limit
		return true
	}
	if m.Steps+steps > MaxSteps {
		m.Cut = true
		return false
	}
	m.Steps += steps
	return true
}

// affords reports whether Charge would return true for these steps.
func (m *Meter) affords(steps int) bool { return m == nil || m.Steps+steps <= MaxSteps }

// add counts steps of work that is done, so that less is left for the next reader.
func (m *Meter) add(steps int) {
	if m != nil {
		m.Steps = min(m.Steps+steps, MaxSteps)
	}
}
