package api

import (
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hookbeam/server/hook"
	"hookbeam/server/provider"
)

// describeSchemas adds a description to every schema, and replaces the type of all fields named reason by the schema
// Reason.
func describeSchemas(o *huma.OpenAPI) {
	schemas := o.Components.Schemas.Map()
	schemas["Reason"] = reasonSchema()
	schemas["Provider"].Extensions = map[string]any{"x-fetched": fetchedKeys()}
	for name, schema := range schemas {
		if text := schemaDescriptions[name]; text != "" {
			schema.Description = text
		}
		if reason, has := schema.Properties["reason"]; has {
			schema.Properties["reason"] = &huma.Schema{Ref: "#/components/schemas/Reason",
				Description: reason.Description}
		}
	}
}

// reasonSchema returns the schema of reasons. The extension x-reasons has the texts that people read, from
// which the dashboard's texts are generated. The schema is not an enum, so that clients generated from an older
// description accept the reasons of a newer server.
func reasonSchema() *huma.Schema {
	type text struct {
		Code        hook.Reason `json:"code"`
		Label       string      `json:"label"`
		Title       string      `json:"title"`
		Explanation string      `json:"explanation"`
		NextSteps   []string    `json:"next_steps"`
	}
	var list strings.Builder
	var texts []text
	codes := hook.Reasons()
	list.WriteString("Why a delivery was rejected, or what was noticed about it. " +
		"A newer server may have more reasons.\n")
	for _, code := range codes {
		t := code.Text()
		fmt.Fprintf(&list, "\n- `%s`: %s", code, t.Explanation)
		texts = append(texts, text{code, t.Label, t.Title, t.Explanation, t.NextSteps})
	}
	return &huma.Schema{Type: huma.TypeString, Description: list.String(),
		Examples:   []any{hook.ReasonSignatureMismatch},
		Extensions: map[string]any{"x-extensible-enum": codes, "x-reasons": texts}}
}

// fetchedKey says what the server fetches from a sender to verify deliveries with, in place of a secret.
type fetchedKey struct {
	Provider string   `json:"provider"`
	What     string   `json:"what"`     // certificate or key set
	Settings []string `json:"settings"` // it is fetched if the endpoint has all of these
}

// fetchedKeys returns the extension x-fetched of the schema Provider, from which the dashboard's list is generated.
func fetchedKeys() (all []fetchedKey) {
	for _, p := range provider.All() {
		if !p.NamesCertificate() {
			continue
		}
		key := fetchedKey{Provider: p.ID, What: "certificate", Settings: p.Signature.FetchedWith()}
		if p.Signature.KeySet != "" {
			key.What = "key set"
		}
		all = append(all, key)
	}
	return all
}

// schemaDescriptions has the description of each schema, by name. A test fails for a schema without one, and
// for an entry without a schema.
var schemaDescriptions = map[string]string{
	"ApplyRequest":            "The endpoints as they should be.",
	"BatchEvent":              "One of several events in the body of a delivery.",
	"CheckSecretRequest":      "The secret to check.",
	"ConfigEndpoint":          "One endpoint as it should be, by its name.",
	"CreateEndpointRequest":   "The endpoint to create. Fields that are left out get their default.",
	"CreateLinkKeyRequest":    "How long older keys keep working.",
	"CreateSampleRequest":     "The sample to send.",
	"CreateStatusLinkRequest": "The link to create.",
	"CreateTokenRequest":      "The API token to create.",
	"Delivery":                "One received request without its headers and body.",
	"DeliveryDetail":          "One received request with everything except its body.",
	"DeliveryList":            "One page of deliveries.",
	"Diagnosis":               "Why a delivery failed verification. Contains neither a secret nor a valid signature.",
	"DiagnosisFinding":        "One possible cause of a failed verification.",
	"Effect":                  "What one event did to one subject.",
	"Endpoint":                "A webhook URL with its provider, secrets and settings.",
	"EndpointList":            "All endpoints.",
	"Flow":                    "The life of one payment, as the provider would report it.",
	"Frame":                   "All updates between two cursors that match the reader's filter.",
	"Header":                  "One header line of a received request.",
	"IPRange":                 "IP addresses that a provider sends from.",
	"Impression":              "When a status page first showed a state.",
	"Latency":                 "How long payments take from their first event until they are reported as paid.",
	"LinkKey":                 "A key that signs an endpoint's status links.",
	"LinkKeyList":             "The active link keys of an endpoint.",
	"MappedState":             "What one value of a mapping's state means.",
	"Mapping":                 "Expressions that read statuses from an endpoint's deliveries.",
	"MappingError":            "Why a mapping could not read a delivery.",
	"MappingExample":          "What a mapping read from a delivery.",
	"MappingStateCount":       "A value of the state and how often it was found.",
	"MappingTestResult":       "What a mapping would have read from past deliveries.",
	"Operations":              "How the server did recently, in steps.",
	"OperationsEndpoint":      "What one endpoint received.",
	"OperationsFile":          "The size of a database.",
	"OperationsFollower":      "How far a follower is behind the log.",
	"OperationsLoad":          "How much of the limits is used.",
	"OperationsReaders":       "How many readers use one transport.",
	"OperationsReason":        "How many deliveries were rejected for one reason.",
	"OperationsStorage":       "What is stored, and the space for it.",
	"OperationsTotals":        "The sums over a range.",
	"Plan":                    "What a configuration changes.",
	"PlanChange":              "What a configuration changes about one endpoint.",
	"PlanField":               "One field that differs.",
	"Problem":                 "An error: problem details (RFC 9457) with a stable code.",
	"ProblemDetail":           "What is wrong with one part of a request.",
	"Provider":                "A sender that Hookbeam supports, with the steps to set it up.",
	"IdentifyRequest":         "A request whose sender is to be named.",
	"Candidates":              "The providers that a request may be from.",
	"Candidate":               "One provider that a request may be from.",
	"ProviderList":            "All providers.",
	"ProviderAlias":           "An id of an older release, which endpoints may have in place of the provider's.",
	"ProviderSetting":         "One of a provider's settings in addition to its secret.",
	"PublicStatus":            "What the holder of a status link can see.",
	"PublicStatusStep":        "One change of state, as a status link shows it.",
	"Redelivery":              "One delivery of an event, compared with the first.",
	"RedeliveryList":          "Every kept delivery of one event.",
	"Refusal":                 "A request to a webhook URL of which nothing was stored: only a few facts, no secrets.",
	"RefusalList":             "The newest refused requests, and how many there were.",
	"Response":                "A response that an endpoint sends instead of the standard one.",
	"Retention":               "An endpoint's own limits on what is kept of its deliveries.",
	"ReverifyRequest":         "What to do with rejected deliveries that verify now.",
	"ReverifyResult":          "How many rejected deliveries verify with the current secrets.",
	"ReviewCounts":            "How many subjects need review.",
	"Reviewed":                "Who looked at a payment or order that needed review.",
	"ReviewStatusRequest":     "What you decided about a payment or order that needs review.",
	"SecretCheck":             "Whether a secret has the form that a provider uses.",
	"SecretDoubt":             "One unusual thing about a secret that is accepted.",
	"SecretHelp":              "Which of a provider's secrets is needed.",
	"SecretInput":             "A secret to store. Its value is never returned.",
	"SecretLabel":             "One of an endpoint's secrets, without its value.",
	"ServerInfo":              "The state of the server.",
	"Session":                 "The caller's login.",
	"SessionToken":            "The API token that a request was authenticated with.",
	"Status":                  "The current state of one subject.",
	"StatusCounts":            "The number of subjects in each state.",
	"StatusDetail":            "The current state of one subject, with its history.",
	"StatusLink":              "A link that shows one status.",
	"StatusList":              "One page of statuses.",
	"StatusPageSettings":      "How an endpoint's status pages look and what they show.",
	"StatusRules":             "How statuses are read from an endpoint's deliveries, and what the public can see.",
	"StatusStep":              "One change of state.",
	"StorageUsage":            "How much the log stores, and its limits.",
	"StoredSample":            "The id and position of a sample, and what its flow is about.",
	"TestMappingRequest":      "The mapping to test.",
	"Token":                   "An API token for a program.",
	"TokenList":               "All API tokens.",
	"TurnedAway":              "What one limit, or another reason, refused at one endpoint.",
	"TurnedAwayAddress":       "An address whose requests were refused.",
	"Update":                  "One change. The field named by kind has its data.",
	"UpdateEndpointRequest":   "The fields to change. Fields that are left out stay as they are.",
	"UpdateStatusRules":       "The fields to change. Fields that are left out stay as they are.",
	"Usually":                 "Old form of Latency.",
	"Visit":                   "The result of visiting the address that a delivery asks to visit.",
	"Verification":            "How a delivery was verified when it was received.",
	"Warning":                 "Something that the operator should fix.",
}
