package sqlite

// Registry stores what people configure, and what must survive a restart beside the log: endpoints (endpoints.go),
// one-time logins and sessions (logins.go), API tokens (tokens.go), and certificates of senders (certificates.go). It
// shares the log's database and writer, so a change is committed as fast as a delivery and is as durable.
//
// All methods may be called from many goroutines. Those that write wait for DB.Run.
type Registry struct{ *database }
