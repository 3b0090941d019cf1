package wire

import "hookbeam/server/hook"

// VerifyResult is what `hookbeam verify --json` prints: the verdict on one request, how it was verified, and, if it is
// not verified, why. The command runs offline, so the API has no such object. Scripts read it: fields are only added.
type VerifyResult struct {
	Verdict  hook.Verdict `json:"verdict" doc:"The result of verification."`
	Reason   hook.Reason  `json:"reason,omitempty" doc:"Why the request was rejected."`
	Scheme   string       `json:"scheme,omitempty" doc:"The signature scheme."`
	Covers   hook.Covers  `json:"covers,omitempty" doc:"What the signature protects from being changed."`
	Strength string       `json:"strength,omitempty" doc:"How strong the scheme is."`
	SecretUse
	Type      string     `json:"type,omitempty" doc:"The event's type, if the provider names one."`
	Event     string     `json:"event,omitempty" doc:"The event's unique id at the provider, if it has one."`
	Notes     []string   `json:"notes,omitempty" doc:"What was assumed about the file to verify it, as sentences."`
	Diagnosis *Diagnosis `json:"diagnosis,omitempty" doc:"Why the request failed verification. Absent if it is verified."`
}
