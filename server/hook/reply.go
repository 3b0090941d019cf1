package hook

// Reply is what one provider expects instead of the standard response, such as the answer to its challenge. Package
// provider returns it, and package api writes it.
type Reply struct {
	Response
	Headers []Header // further headers, with canonical names
	Exact   bool     // it answers a challenge, so the endpoint's own Response does not replace it
}
