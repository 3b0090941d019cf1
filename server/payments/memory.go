package payments

import "hookbeam/server/hook"

// Memory has rows in memory. It implements Rows. Package status replays the history of an order with it, and tests
// apply scenarios to it.
type Memory struct {
	rows  map[int64]*hook.Subject
	index map[hook.AliasHash]int64
	last  int64 // the key that was given last
}

// NewMemory returns no rows.
func NewMemory() *Memory {
	return &Memory{rows: map[int64]*hook.Subject{}, index: map[hook.AliasHash]int64{}}
}

// Find returns the row that has an alias, nil if there is none. It never fails.
func (m *Memory) Find(alias hook.AliasHash) (*hook.Subject, error) {
	return m.rows[m.index[alias]], nil
}

// Add gives a new row its key.
func (m *Memory) Add(row *hook.Subject) {
	m.last++
	row.Key = m.last
	m.rows[row.Key] = row
}

// Point makes an alias lead to a row.
func (m *Memory) Point(alias hook.AliasHash, row *hook.Subject) { m.index[alias] = row.Key }

// Drop removes a row that was merged into another one.
func (m *Memory) Drop(row *hook.Subject) { delete(m.rows, row.Key) }

// Statements returns what a stored row was made from, as far as it is kept: a statement without evidence that connects
// it, and one for each piece of evidence. Applying them to an empty Graph makes the row again, as far as it does not
// depend on other rows. Callers may rely on the connecting statement being the first.
func Statements(row *hook.Subject) []hook.Statement {
	l := &row.Links
	s := hook.Statement{
		Subject: row.Status.Kind, Level: l.Level, References: l.References, Account: l.Account, Customers: l.Customers,
	}
	switch l.Level {
	case hook.LevelOrder:
		s.Orders = row.Status.Aliases
	case hook.LevelReference:
		s.References = row.Status.Aliases
	default:
		s.Aliases, s.Orders = row.Status.Aliases, l.Orders
	}
	all := make([]hook.Statement, 1, 1+len(row.Evidence))
	all[0] = s
	all[0].Seq, all[0].ReceivedAt = row.Status.Seq, l.LastReceived
	for i := range row.Evidence {
		s.Evidence = row.Evidence[i]
		all = append(all, s)
	}
	return all
}
