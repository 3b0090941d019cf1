package payload

// MaxSteps is what reading one delivery may cost, at the door and again behind it. A step is about as
// much work as going through one byte of JSON, a nanosecond; it is counted before the work is done. A
// body of a thousand events in one megabyte takes some eight million. Counting steps, unlike a clock,
// gives the same result for the same delivery everywhere.
const MaxSteps = 16 << 20

// Meter counts the steps that reading a delivery takes. Every reader charges it before it reads. Its
// zero value is ready to use; a nil Meter counts nothing and allows everything.
type Meter struct {
	Steps  int
	Cut    bool // something was not read, for it would have cost too much
	Hashed int  // bytes that were hashed: as many as there are keys, whatever the steps
}

// Charge counts steps; false where they would be too many, and what they are for must not be done.
func (m *Meter) Charge(steps int) bool {
	if m == nil { // nobody counts
		return true
	}
	if m.Steps+steps > MaxSteps {
		m.Cut = true
		return false
	}
	m.Steps += steps
	return true
}

// affords reports whether Charge would count these steps.
func (m *Meter) affords(steps int) bool { return m == nil || m.Steps+steps <= MaxSteps }

// add counts steps of work that is done already, so that the next reader finds less left.
func (m *Meter) add(steps int) {
	if m != nil {
		m.Steps = min(m.Steps+steps, MaxSteps)
	}
}
