package provider

// maxSteps is what reading one delivery may cost, at the door and again behind it. A step is about as much work as going
// through one byte of JSON, a nanosecond; it is counted before the work is done. A body of a thousand events in one
// megabyte takes some eight million. Counting, other than a clock, makes the same of the same delivery everywhere.
const maxSteps = 16 << 20

// meter counts the steps that reading a delivery takes. Whoever reads of a delivery charges it first.
type meter struct {
	steps  int
	cut    bool // something was not read, for it would have cost too much
	hashed int  // bytes that were hashed: as many as there are keys, whatever the steps
}

// charge counts steps; false where they would be too many, and what they are for must not be done.
func (m *meter) charge(steps int) bool {
	if m == nil { // nobody counts
		return true
	}
	if m.steps+steps > maxSteps {
		m.cut = true
		return false
	}
	m.steps += steps
	return true
}
