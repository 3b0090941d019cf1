package signature

import (
	"reflect"
	"regexp"
	"testing"
	"time"

	"hookbeam/server/payload"
)

// fingerprinted returns a profile that uses every kind of field. It is new each time, so that addresses differ.
func fingerprinted() *Profile {
	return &Profile{
		Schemes: []Scheme{{
			Kind: HMAC, At: payload.Select("header:X-Signature"), MoreAt: payload.SelectAll("header:X-Old-Signature"),
			Format: Pairs, Prefix: "v1", Separator: ",", Hash: "sha256", Message: Message("{time}.{body}"),
			TimeBeside: "t", Unit: time.Second, Newline: true,
			Fields: &Fields{By: payload.Select("body:type"), Lists: map[string][]payload.Selector{
				"a": payload.SelectAll("body:id", "body:at"), "b": payload.SelectAll("body:id"), "c": nil}},
			Addresses: func(addresses []string) []string { return addresses },
		}},
		Batch:       &payload.Batch{List: "events"},
		Envelope:    payload.Envelope{Field: "payload"},
		Certificate: payload.Select("header:X-Cert-Url"),
		Issuer:      &Issuer{Name: "a", Hosts: regexp.MustCompile(`^a\.example$`)},
	}
}

// TestAFingerprintIsTheSameInEveryBuild has the fingerprint of a release. It may change only together with the constant
// verification: otherwise every endpoint's rejected deliveries are checked again after an update, for nothing.
func TestAFingerprintIsTheSameInEveryBuild(t *testing.T) {
	const want = "3c2b7e1e9890c50b18df20e94d55fe28"
	for range 20 { // maps have another order each time
		if got := fingerprinted().Fingerprint(); got != want {
			t.Fatalf("%s, not %s", got, want)
		}
	}
}

func TestAFingerprintChangesWithTheProfile(t *testing.T) {
	seen := map[string]string{fingerprinted().Fingerprint(): "as it was"}
	for name, change := range map[string]func(*Profile){
		"the header":       func(p *Profile) { p.Schemes[0].At = payload.Select("header:X-Signature-256") },
		"another header":   func(p *Profile) { p.Schemes[0].MoreAt = nil },
		"the hash":         func(p *Profile) { p.Schemes[0].Hash = "sha1" },
		"the message":      func(p *Profile) { p.Schemes[0].Message = Message("{time}:{body}") },
		"the unit":         func(p *Profile) { p.Schemes[0].Unit = time.Millisecond },
		"the encoding":     func(p *Profile) { p.Schemes[0].Encoding = Base64 },
		"a line feed":      func(p *Profile) { p.Schemes[0].Newline = false },
		"other addresses":  func(p *Profile) { p.Schemes[0].Addresses = nil },
		"a field's list":   func(p *Profile) { p.Schemes[0].Fields.Lists["c"] = payload.SelectAll("body:id") },
		"a second scheme":  func(p *Profile) { p.Schemes = append(p.Schemes, p.Schemes[0]) },
		"the batch":        func(p *Profile) { p.Batch.List = "items" },
		"the envelope":     func(p *Profile) { p.Envelope.Field = "" },
		"hosts of keys":    func(p *Profile) { p.Issuer.Hosts = regexp.MustCompile(`^b\.example$`) },
		"no issuer":        func(p *Profile) { p.Issuer = nil },
		"a set of keys":    func(p *Profile) { p.KeySet = "https://a.example/keys" },
		"message standard": func(p *Profile) { p.Messages = true },
	} {
		p := fingerprinted()
		change(p)
		got := p.Fingerprint()
		if same, known := seen[got]; known {
			t.Errorf("%s: the fingerprint is that of %s", name, same)
		}
		seen[got] = name
	}
}

// TestFingerprintsReadEveryTypeOfAProfile follows the types of a profile. A type with fields that cannot be set from
// outside needs a text of its own: what it holds may be a cache.
func TestFingerprintsReadEveryTypeOfAProfile(t *testing.T) {
	seen := map[reflect.Type]bool{
		reflect.TypeFor[payload.Selector](): true, reflect.TypeFor[regexp.Regexp](): true, // have their texts
	}
	var follow func(reflect.Type)
	follow = func(of reflect.Type) {
		if seen[of] {
			return
		}
		seen[of] = true
		switch of.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			follow(of.Elem())
		case reflect.Map:
			if of.Key().Kind() != reflect.String {
				t.Errorf("%s: only texts are sorted", of)
			}
			follow(of.Elem())
		case reflect.Struct:
			for i := range of.NumField() {
				if field := of.Field(i); !field.IsExported() {
					t.Errorf("%s.%s is not exported", of, field.Name)
				}
				follow(of.Field(i).Type)
			}
		case reflect.Interface, reflect.Chan, reflect.UnsafePointer, reflect.Float32, reflect.Float64:
			t.Errorf("%s has no text", of)
		}
	}
	follow(reflect.TypeFor[Profile]())
	if len(seen) < 12 {
		t.Errorf("only %d types were seen", len(seen))
	}
}
