package sqlite

// Registry is what people configure, and what must survive a restart beside the log: endpoints (endpoints.go), one-time
// logins and sessions (logins.go), and the certificates of senders (certificates.go). It shares its database and the
// one writer with the log, so a change waits no longer than a delivery does, and is as durable.
//
// All methods may be used from many goroutines at once. Those that write wait for DB.Run.
type Registry struct{ *database }
