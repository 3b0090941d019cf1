package provider

// Grade says how sure the facts in a sender's literal are. It changes no verdict: the screen that sets up an endpoint
// shows it, so that a person knows whether to compare with the sender's page first.
type Grade string

// The grades of a sender.
const (
	// GradeA: the sender documents its signature, and a published vector or a second independent source agrees.
	GradeA Grade = "A"
	// GradeB: the facts are from one source: the sender's page or code, without a published vector.
	GradeB Grade = "B"
	// GradeC: the facts are from other people's code or notes, and the sender's own page was not read.
	GradeC Grade = "C"
)

// Note returns a sentence for the person who sets up an endpoint, or "" for a sender of grade A.
func (g Grade) Note() string {
	switch g {
	case GradeA:
		return ""
	case GradeB:
		return "These facts are from one source. Send a test event before you rely on them."
	default:
		return "Not confirmed: check the sender's page."
	}
}
