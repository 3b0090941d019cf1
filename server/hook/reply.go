package hook

// Reply is what a sender must hear instead of the standard answer.
type Reply struct {
	Response
	Headers []Header // further ones, with canonical names
	Exact   bool     // a handshake depends on it, so an endpoint's own response does not replace it
}
