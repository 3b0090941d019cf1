package wire

import "hookbeam/server/hook"

// Provider is a sender that Hookbeam supports, with what people need to set it up. Package provider has the
// catalogue.
type Provider struct {
	ID          string            `json:"id" example:"stripe" doc:"The provider's id."`
	Name        string            `json:"name" example:"Stripe" doc:"The provider's name."`
	Aliases     []string          `json:"aliases" nullable:"false" doc:"Other names that people search it by."`
	Category    string            `json:"category" enum:"general,payments,code,shops,chat,mail,identity,crm,monitoring" doc:"The kind of provider."`
	Grade       string            `json:"grade" enum:"A,B,C" doc:"How sure the facts are: A is documented and confirmed, B is from one source, C is not confirmed."`
	GradeNote   string            `json:"grade_note" doc:"The grade as a sentence for people; empty for A."`
	Source      string            `json:"source" doc:"The provider's page about its signature; empty if there is none."`
	Steps       []string          `json:"steps" nullable:"false" doc:"How to set it up, in order."`
	Secret      SecretHelp        `json:"secret" doc:"Which of the provider's secrets is needed."`
	Settings    []ProviderSetting `json:"settings" nullable:"false" doc:"Its other settings, in the order to ask for them."`
	SignsURL    bool              `json:"signs_url" doc:"The URL is part of what the provider signs."`
	Tolerance   string            `json:"tolerance" example:"5m" doc:"Timestamp tolerance of a new endpoint of this provider."`
	Replaces    []ProviderAlias   `json:"replaces" nullable:"false" doc:"Ids of older releases that endpoints may have in place of this one. They are valid wherever its id is."`
	Ranges      []IPRange         `json:"ranges" nullable:"false" doc:"The IP addresses that the provider says it sends from."`
	SampleTypes []string          `json:"sample_types" nullable:"false" doc:"Event types that samples exist for."`
	Flows       []Flow            `json:"flows" nullable:"false" doc:"Lives of one payment that can be played, the most common first; empty if the provider reports no payments."`

	SignsAddress bool     `json:"signs_address" deprecated:"true" doc:"Old name of signs_url."`
	Types        []string `json:"types" nullable:"false" deprecated:"true" doc:"Old name of sample_types."`
}

// Flow is the life of one payment that can be played, one sample after another.
type Flow struct {
	Name  string   `json:"name" example:"refunded" doc:"Its name; the same name means the same for all providers."`
	Steps []string `json:"steps" nullable:"false" doc:"The sample types of its events, in the order in which they happen."`
}

// SecretHelp describes which of a provider's secrets is needed, for the label and the hint of an input field.
type SecretHelp struct {
	Name string `json:"name" example:"Signing secret" doc:"What the provider calls it."`
	Hint string `json:"hint" example:"begins with whsec_" doc:"What it looks like."`
}

// ProviderSetting is one of a provider's other settings.
type ProviderSetting struct {
	Name     string   `json:"name" example:"webhook_id" doc:"Its key in an endpoint's settings."`
	Label    string   `json:"label" example:"Webhook id" doc:"What the provider calls it."`
	Hint     string   `json:"hint" doc:"Where to find it, or what it looks like."`
	Required bool     `json:"required" doc:"Deliveries cannot be verified without it."`
	Advanced bool     `json:"advanced,omitempty" doc:"Most endpoints leave it empty."`
	Secret   bool     `json:"secret,omitempty" doc:"Its value is never returned. secret_settings of an endpoint says whether it is set."`
	Choices  []string `json:"choices,omitempty" nullable:"false" doc:"The only values that it can have, if they are fixed."`
	Default  string   `json:"default,omitempty" example:"sha256" doc:"What an empty value means."`
}

// ProviderAlias is an id of an older release for a provider.
type ProviderAlias struct {
	ID          string            `json:"id" example:"basic" doc:"The id that endpoints have."`
	Settings    map[string]string `json:"settings" nullable:"false" doc:"What is the default of settings where it differs."`
	SampleTypes []string          `json:"sample_types" nullable:"false" doc:"Event types that samples exist for."`
}

// IPRange is a set of IP addresses that a provider says it sends from.
type IPRange struct {
	Name   string   `json:"name" doc:"What the provider calls it."`
	Source string   `json:"source" format:"uri" doc:"Where the provider publishes it. It may change."`
	CIDRs  []string `json:"cidrs" nullable:"false" doc:"Empty if only the source is known."`
}

// ProviderList is all providers.
type ProviderList struct {
	Providers []Provider `json:"providers" nullable:"false" doc:"In the order of the catalogue."`
}

// SecretCheck is what can be said about a secret before it is saved. At most one of error and warning is set.
type SecretCheck struct {
	Error   string        `json:"error" doc:"Why it cannot be a secret of this provider, as a sentence; empty if it can. It could not be saved."`
	Warning string        `json:"warning" doc:"The details of all doubts as one text; empty if there are none. It is accepted nevertheless."`
	Weak    bool          `json:"weak,omitempty" doc:"It is so short that it could be guessed. One of the doubts says so."`
	Doubts  []SecretDoubt `json:"doubts" nullable:"false" doc:"What is unusual about it, most important first. It is accepted nevertheless."`

	Complaint string `json:"complaint" deprecated:"true" doc:"Old name of error."`
	Doubt     string `json:"doubt" deprecated:"true" doc:"Old name of warning."`
}

// Candidates are the providers that a pasted request may be from.
type Candidates struct {
	Candidates []Candidate `json:"candidates" nullable:"false" doc:"At most 5, most likely first; empty if no provider is known."`
}

// Candidate is one provider that a request may be from.
type Candidate struct {
	Provider   string   `json:"provider" example:"stripe" doc:"The provider's id."`
	Name       string   `json:"name" example:"Stripe" doc:"The provider's name."`
	Confidence string   `json:"confidence" enum:"high,medium,low" doc:"How likely it is. It proves nothing: only a signature does."`
	Reasons    []string `json:"reasons" nullable:"false" example:"header Stripe-Signature" doc:"What in the request speaks for it."`
}

// Diagnosis explains why a delivery failed verification. It names secrets by their labels, and contains neither
// a secret nor a signature that would have been valid. Package diagnose computes it.
type Diagnosis struct {
	Genuine  bool               `json:"genuine" doc:"A finding proves who sent it: one of your secrets matches."`
	Cause    string             `json:"cause" doc:"The cause of the first finding."`
	Summary  string             `json:"summary" doc:"The summary of the first finding."`
	Findings []DiagnosisFinding `json:"findings" nullable:"false" doc:"Most likely first."`
	Tried    int                `json:"tried" doc:"Number of combinations of secret, header, body and URL that were tried."`
}

// DiagnosisFinding is one possible cause.
type DiagnosisFinding struct {
	Cause    string          `json:"cause" example:"other_secret" doc:"Stable code."`
	Summary  string          `json:"summary" example:"The secret \"live\" of your endpoint \"shop-test\" matches." doc:"What was found, as a sentence."`
	Fix      string          `json:"fix" doc:"What to do next, as a sentence."`
	Endpoint hook.EndpointID `json:"endpoint,omitempty" doc:"The endpoint with the matching secret."`
	Secret   string          `json:"secret,omitempty" doc:"The label of the matching secret."`
}
