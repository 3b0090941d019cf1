package sqlite

// Queued returns how many writes wait for the writer, for those who look into a running server.
func (s *DB) Queued() int { return len(s.queue) }
