package hook

// Usage is what the log holds and what it may hold. Bytes are what the rows take in the database's file, whole pages
// included; 0 in a keep field means that there is no bound.
type Usage struct {
	Deliveries int64 `json:"deliveries" doc:"Deliveries that are kept."`
	Bytes      int64 `json:"bytes" doc:"What they take in the database's file, in bytes."`
	KeepBytes  int64 `json:"keep_bytes" doc:"What they may take (--keep-bytes); 0: no bound."`

	Events         int64 `json:"events" doc:"Event ids that are remembered, so that a repeat is noticed."`
	EventBytes     int64 `json:"event_bytes" doc:"What the ids take in the database's file, in bytes."`
	KeepEventBytes int64 `json:"keep_event_bytes" doc:"What they may take (--keep-events); 0: no bound."`

	EventsForgotten      int64 `json:"events_forgotten" doc:"Event ids that were forgotten to stay within that."`
	EventsForgottenEarly int64 `json:"events_forgotten_early" doc:"How many of them were younger than 90 days."`

	Damaged int64 `json:"damaged" doc:"Deliveries that were found damaged on disk since the start."`

	RejectedBytes int64 `json:"rejected_bytes" doc:"What rejected deliveries take, which is part of bytes."`
	UnsignedBytes int64 `json:"unsigned_bytes" doc:"What unsigned deliveries take, which is part of bytes."`
}
