package hook

// Usage is the size of the log and its limits, for metrics and the state of the server. Bytes of
// deliveries and events count what the rows take in the database file, which also has indexes, other tables and free
// space.
type Usage struct {
	Deliveries int64 // deliveries stored
	Bytes      int64 // bytes they take in the database
	KeepBytes  int64 // limit of bytes (--keep-bytes); 0 = unlimited

	Events         int64 // event ids remembered to detect duplicates
	EventBytes     int64 // bytes they take in the database
	KeepEventBytes int64 // limit of event_bytes (--keep-events); 0 = unlimited

	EventsForgotten      int64 // event ids removed to stay within the limit
	EventsForgottenEarly int64 // those of them that were younger than 90 days

	Damaged int64 // deliveries found damaged on disk since the start

	RejectedBytes int64 // the part of bytes that rejected deliveries take
	UnsignedBytes int64 // the part of bytes that unsigned deliveries take

	FileBytes    int64 // size of the database file; 0: not known
	FreeBytes    int64 // the part of it that holds nothing, and is used before the file grows
	ReturnsSpace bool  // what is free beyond a reserve is returned to the file system
}
