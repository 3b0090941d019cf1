package hook

// Usage is what the log holds and what it may hold. Bytes are what the rows take in the database's file, whole pages
// included; 0 in a keep field means that there is no bound.
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
}
