package sqlite

// Queued returns how many requests wait for the writer. The server's summary shows it.
func (s *DB) Queued() int { return len(s.queue) }
