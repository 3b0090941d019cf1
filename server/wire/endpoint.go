package wire

import "hookbeam/server/hook"

// Endpoint is an endpoint as clients see it: in responses and in updates of the live connection. It never
// contains the values of secrets, nor link keys.
type Endpoint struct {
	ID        hook.EndpointID   `json:"id" doc:"The endpoint's id." example:"ep_abcdefghijklmnopqrstuvwxyz"`
	Name      string            `json:"name" doc:"The name you chose." example:"stripe"`
	URL       string            `json:"url" format:"uri" doc:"The webhook URL to configure at the sender."`
	Provider  string            `json:"provider" example:"generic" doc:"The sender; GET /providers lists all."`
	Verify    hook.Verify       `json:"verify" enum:"enforce,observe,off" doc:"What happens to a delivery that fails verification. enforce: it is rejected. observe: it is kept and marked. off: nothing is verified."`
	Tolerance string            `json:"tolerance" example:"5m" doc:"Timestamp tolerance: how old a signature may be. 0s disables the check."`
	Secrets   []SecretLabel     `json:"secrets" nullable:"false" doc:"The active secrets, without their values."`
	MaxBody   int64             `json:"max_body" doc:"Maximum body size in bytes."`
	Retention Retention         `json:"retention" doc:"Its own limits on what is kept of its deliveries; {} if only those of the server apply."`
	Response  *Response         `json:"response" doc:"The response to senders; null for the standard response."`
	SignedURL string            `json:"signed_url" doc:"The URL as registered at the provider, if it differs from url."`
	Settings  map[string]string `json:"settings" doc:"The provider's other settings, except those that are secret."`

	SecretSettings []string `json:"secret_settings,omitempty" nullable:"false" example:"[\"verify_token\"]" doc:"Names of the secret settings that are set. Their values are never returned."`

	Allow     []string    `json:"allow" nullable:"false" doc:"IP addresses that may send, as CIDRs. Empty: any address." example:"[\"203.0.113.0/24\"]"`
	Statuses  StatusRules `json:"statuses" doc:"How statuses are read from its deliveries, and what the public can see."`
	Open      bool        `json:"open" doc:"The endpoint accepts any request without verification: verify is off."`
	Confirmed bool        `json:"confirmed" doc:"false for the endpoint that was created on the first start until somebody confirms it (POST /endpoints/{id}/confirm). Until then it accepts requests from this machine and its private network only."`
	CreatedAt hook.Time   `json:"created_at" format:"date-time" doc:"When it was created."`

	BringsSecret   bool      `json:"brings_secret,omitempty" doc:"The endpoint has no secret, and its sender brings one in a handshake. POST /endpoints/{id}/await-secret has the endpoint wait for it."`
	HandshakeUntil hook.Time `json:"handshake_until,omitzero" format:"date-time" doc:"Until when the endpoint takes the secret that its sender brings. Absent if it takes none. It may be over."`

	WouldVerify int `json:"would_verify,omitempty" doc:"How many of its kept rejected deliveries verified when they were last checked: after a release corrected how the sender signs, or after a change of secrets or settings. POST /endpoints/{id}/reverify with release counts them as verified. Absent if none would."`

	Revision string `json:"revision,omitempty" doc:"Identifies the endpoint's present configuration; another one after each change. Absent in updates."`

	Deleted bool `json:"deleted,omitempty" doc:"In an update: the endpoint was deleted."`
}

// NewEndpoint returns e as clients see it, except that its settings include those that are secret. The caller passes
// url, the webhook URL, because it depends on the server's configuration, and tolerance in the format that people read,
// such as "5m".
func NewEndpoint(e *hook.Endpoint, url, tolerance string) Endpoint {
	v := Endpoint{
		ID: e.ID, Name: e.Name, URL: url, Provider: e.Provider, Verify: e.Verify, Tolerance: tolerance,
		Secrets: make([]SecretLabel, len(e.Secrets)), MaxBody: e.MaxBody,
		Retention: newRetention(e.Retention), Response: (*Response)(e.Response),
		SignedURL: e.SignedURL, Settings: e.Settings, Allow: append([]string{}, e.Allow...),
		Statuses: newStatusRules(e.Statuses),
		Open:     e.Verify == hook.Off, Confirmed: !e.Awaiting, CreatedAt: e.CreatedAt, Deleted: !e.DeletedAt.IsZero(),
		WouldVerify: e.WouldVerify,
	}
	for i, s := range e.Secrets {
		v.Secrets[i].Label = s.Label
	}
	if v.Settings == nil {
		v.Settings = map[string]string{}
	}
	return v
}

// Retention are an endpoint's own limits on what is kept of its deliveries. They can only lower those of the server.
type Retention struct {
	MaxAge        string `json:"max_age,omitempty" maxLength:"20" example:"30d" doc:"Deliveries that were received longer ago are removed: 30d, 12h, 90m; at least 1m. Absent: no limit of its own."`
	MaxDeliveries int64  `json:"max_deliveries,omitempty" minimum:"0" maximum:"1125899906842624" doc:"Maximum number of verified deliveries. The oldest are removed. Unsigned and rejected ones have what these leave free, and a sixteenth more. Absent: no limit of its own."`
	MaxBytes      int64  `json:"max_bytes,omitempty" minimum:"0" maximum:"1125899906842624" doc:"As max_deliveries, for the bytes that deliveries take in the database; at least 65536. Absent: no limit of its own."`
}

// newRetention returns r as clients see it.
func newRetention(r hook.Retention) Retention {
	v := Retention{MaxDeliveries: r.MaxDeliveries, MaxBytes: r.MaxBytes}
	if r.MaxAge > 0 {
		v.MaxAge = hook.FormatSpan(r.MaxAge)
	}
	return v
}

// EndpointList is all endpoints.
type EndpointList struct {
	Endpoints []Endpoint `json:"endpoints" nullable:"false" doc:"Oldest first."`
}

// SecretLabel names one of an endpoint's secrets, and says what is unusual about it.
type SecretLabel struct {
	Label  string        `json:"label" example:"live" doc:"The label you gave it."`
	Weak   bool          `json:"weak,omitempty" doc:"The secret is so short that it could be guessed, for a sender that signs from one signed request. It is used nevertheless."`
	Doubts []SecretDoubt `json:"doubts,omitempty" doc:"What is unusual about the secret, most important first. Absent if nothing is. A doubt never prevents that the secret is used."`
}

// SecretDoubt is one unusual thing about a secret that is accepted. Package provider writes it.
type SecretDoubt struct {
	Code   string `json:"code" example:"another_key" doc:"Stable code: another_key, assignment, unusable, weak, surroundings, not_base64, no_prefix, too_long or odd_character. A newer server may have more."`
	Detail string `json:"detail" example:"This secret looks like an API key (key-…). Copy the HTTP webhook signing key instead, unless the sender really signs with this." doc:"What is unusual and what to do, for people. It does not contain the secret."`
}

// SecretUse is what was unusual about the secret that verified a request.
type SecretUse struct {
	WeakSecret    bool `json:"weak_secret,omitempty" doc:"The secret is so short that it could be guessed, so the verdict proves less. Absent if it is not."`
	SecretTrimmed bool `json:"secret_trimmed,omitempty" doc:"The secret matched without the white space, quotes or prefix around it. Absent if it matched as it was given."`
	SecretAsText  bool `json:"secret_as_text,omitempty" doc:"The text of the secret is the key, although the provider's format is base64."`
}

// NewSecretUse returns the marks of a verification as clients see them.
func NewSecretUse(m hook.Marks) SecretUse {
	has := func(mark hook.Marks) bool { return m&mark != 0 }
	return SecretUse{has(hook.MarkSecretWeak), has(hook.MarkSecretTrimmed), has(hook.MarkSecretAsText)}
}

// Response is a response that an endpoint sends instead of the standard one. It applies to deliveries that were
// stored and not rejected, so its status is 2xx.
type Response struct {
	Status      int    `json:"status" minimum:"200" maximum:"299" doc:"A 2xx status, because the delivery was stored."`
	ContentType string `json:"content_type,omitempty" maxLength:"200" doc:"Content-Type of the body."`
	Body        string `json:"body,omitempty" maxLength:"65536" doc:"The body."`
}

// StatusRules configure how statuses are read from an endpoint's deliveries, and what the public can see.
type StatusRules struct {
	References []string           `json:"references" nullable:"false" doc:"Paths in the body where the shop's own reference can be found, in addition to the built-in ones of the provider." example:"[\"data.object.metadata.cart\"]"`
	Unique     bool               `json:"references_unique" doc:"The shop never gives two orders the same reference. Payments with the same reference then belong to one order, even if they name different customers."`
	Scope      string             `json:"references_scope" doc:"Path in the body of a text, such as the shop's address: the same reference with another text there is another order's. Empty: as the provider's built-in rules say." example:"data.object.metadata.site_url"`
	Only       string             `json:"only" doc:"A filter: only deliveries that match it are read for statuses. Empty: all are." example:"body.data.object.metadata.site_url:\"https://shop.example\""`
	Mapping    *Mapping           `json:"mapping" doc:"How to read statuses from deliveries; null: the built-in rules of the provider."`
	Unsigned   bool               `json:"unsigned" doc:"Whether unverified deliveries affect public statuses."`
	Page       StatusPageSettings `json:"page" doc:"How the endpoint's status pages look."`
}

// newStatusRules returns r as clients see it, without the link keys.
func newStatusRules(r hook.StatusRules) StatusRules {
	return StatusRules{
		References: append([]string{}, r.References...), Unique: r.UniqueReferences,
		Scope: r.ReferenceScope, Only: r.Only,
		Mapping: newMapping(r.Mapping), Unsigned: r.Unsigned, Page: StatusPageSettings(r.Page),
	}
}

// StatusPageSettings configure how an endpoint's status pages look and what they show.
type StatusPageSettings struct {
	Name   string   `json:"name,omitempty" doc:"The shop's name."`
	Logo   string   `json:"logo,omitempty" doc:"URL of the shop's logo; https."`
	Color  string   `json:"color,omitempty" doc:"Accent color." example:"#0a7f5c"`
	Back   string   `json:"back,omitempty" doc:"URL of the link back to the shop; http or https."`
	Hidden []string `json:"hidden,omitempty" doc:"What the pages do not show: amount, reference, timeline."`
	Embed  []string `json:"embed,omitempty" doc:"Origins whose pages may embed the status page in a frame."`
}

// Page converts the settings to the program's own type.
func (p StatusPageSettings) Page() hook.Page { return hook.Page(p) }

// Mapping reads statuses from deliveries of a provider for which Hookbeam has no built-in rules. Its fields are
// expressions of package extract/expr, which have access to body, headers, query, type and event.
type Mapping struct {
	Kind       hook.SubjectKind `json:"kind" doc:"own or payment."`
	Subject    string           `json:"subject" doc:"Expression for the subject's name. If it is empty or null, the delivery is ignored."`
	State      string           `json:"state" doc:"Expression for the state."`
	Reference  string           `json:"reference,omitempty" doc:"Expression for the shop's own reference."`
	Amount     string           `json:"amount,omitempty" doc:"Expression for the amount in minor units."`
	Currency   string           `json:"currency,omitempty" doc:"Expression for the ISO 4217 code."`
	Customer   string           `json:"customer,omitempty" doc:"Expression for the email address or id of a payment's customer. Payments of different customers with the same reference are not shown under it."`
	OccurredAt string           `json:"occurred_at,omitempty" doc:"Expression for the time of the event: RFC 3339, or Unix seconds or milliseconds. The event with the latest occurred_at wins."`
	States     []MappedState    `json:"states,omitempty" doc:"What the values of state mean."`
}

// MappedState says what one value of a mapping's state means.
type MappedState struct {
	Value string     `json:"value" doc:"The value, as the expression returns it."`
	State hook.State `json:"state" doc:"The state: of a payment one of its states, otherwise any word."`
	Tone  hook.Tone  `json:"tone,omitempty" doc:"How to present the state; not for payments."`
	Final bool       `json:"final,omitempty" doc:"No further event is expected."`
	Rank  int        `json:"rank,omitempty" doc:"If several states have the same time, the one with the highest rank wins."`
}

// newMapping returns m as clients see it; nil stays nil.
func newMapping(m *hook.Mapping) *Mapping {
	if m == nil {
		return nil
	}
	v := &Mapping{Kind: m.Kind, Subject: m.Subject, State: m.State, Reference: m.Reference, Amount: m.Amount,
		Currency: m.Currency, Customer: m.Customer, OccurredAt: m.OccurredAt}
	for _, s := range m.States {
		v.States = append(v.States, MappedState(s))
	}
	return v
}

// Mapping converts m to the program's own type; nil stays nil.
func (m *Mapping) Mapping() *hook.Mapping {
	if m == nil {
		return nil
	}
	v := &hook.Mapping{Kind: m.Kind, Subject: m.Subject, State: m.State, Reference: m.Reference, Amount: m.Amount,
		Currency: m.Currency, Customer: m.Customer, OccurredAt: m.OccurredAt}
	for _, s := range m.States {
		v.States = append(v.States, hook.MappedState(s))
	}
	return v
}

// NewMapping returns m as clients see it.
func NewMapping(m hook.Mapping) Mapping { return *newMapping(&m) }

// MappingTestResult is what a mapping would have read from past deliveries: the response to
// POST /endpoints/{id}/mapping/test.
type MappingTestResult struct {
	Mapping  Mapping             `json:"mapping" doc:"The mapping that was tested: the one in the request, or one suggested from the newest delivery, which may lack subject or state."`
	Examined int                 `json:"examined" doc:"Number of deliveries tested: the newest that are neither rejected nor duplicates, up to 1,000."`
	Matched  int                 `json:"matched" doc:"Deliveries with a subject."`
	Failed   int                 `json:"failed" doc:"Deliveries for which an expression failed. They would be ignored."`
	States   []MappingStateCount `json:"states" nullable:"false" doc:"The values of state, most frequent first. If there are very many, only some."`
	Examples []MappingExample    `json:"examples" nullable:"false" doc:"Some deliveries with a subject, newest first."`
	Errors   []MappingError      `json:"errors" nullable:"false" doc:"Some deliveries that failed or lacked something, newest first."`

	Looked   int            `json:"looked" deprecated:"true" doc:"Old name of examined."`
	Problems []MappingError `json:"problems" nullable:"false" deprecated:"true" doc:"Old name of errors."`
}

// MappingStateCount is one value of the state and how often it was found.
type MappingStateCount struct {
	Value string     `json:"value" doc:"The value in the deliveries."`
	State hook.State `json:"state" doc:"What it means; empty if the mapping does not say."`
	Count int        `json:"count" doc:"Number of deliveries with it."`
}

// MappingExample is what a mapping read from one delivery.
type MappingExample struct {
	Delivery  hook.DeliveryID `json:"delivery" doc:"The delivery's id."`
	Seq       hook.Seq        `json:"seq" doc:"The delivery's position in the log."`
	Subject   string          `json:"subject" example:"own/1001" doc:"The subject's name."`
	State     hook.State      `json:"state" doc:"The state."`
	Reference string          `json:"reference,omitempty" doc:"The shop's own reference."`
	Amount    int64           `json:"amount,omitempty" doc:"In minor units of currency."`
	Currency  string          `json:"currency,omitempty" doc:"ISO 4217 code."`
}

// MappingError is why a mapping could not read one delivery.
type MappingError struct {
	Delivery hook.DeliveryID `json:"delivery" doc:"The delivery's id."`
	Seq      hook.Seq        `json:"seq" doc:"The delivery's position in the log."`
	Error    string          `json:"error" doc:"What went wrong."`
}

// StatusLink is a link that shows the status of one subject to anyone who has it: the response to POST /status-links.
type StatusLink struct {
	URL       string    `json:"url" format:"uri" doc:"The status page's URL."`
	Token     string    `json:"token" doc:"For the web component and the React package."`
	ExpiresAt hook.Time `json:"expires_at" format:"date-time" doc:"When the link stops working."`
}

// LinkKey is a key that signs an endpoint's status links. Only the response that creates it contains the key itself.
type LinkKey struct {
	ID        string    `json:"id" doc:"The key's id."`
	Key       string    `json:"key,omitempty" doc:"The key itself: signs tokens (JWT, HS256; the whole text is the secret). Returned once, when the key is created."`
	CreatedAt hook.Time `json:"created_at" format:"date-time" doc:"When it was created."`
	ExpiresAt hook.Time `json:"expires_at,omitzero" format:"date-time" doc:"When it stops working, if it was replaced."`
}

// LinkKeyList is the active keys of an endpoint.
type LinkKeyList struct {
	LinkKeys []LinkKey `json:"link_keys" nullable:"false" doc:"Newest first."`
}
