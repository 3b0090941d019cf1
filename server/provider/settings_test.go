package provider

import (
	"strings"
	"testing"
)

// TestAMisspeltSettingIsRefused holds that a setting which no delivery could be verified with, or which nothing reads,
// is refused when it is written, with the name or value that was meant.
func TestAMisspeltSettingIsRefused(t *testing.T) {
	for _, c := range []struct {
		id, name, value, want string
	}{
		{"generic-hmac", "algoritm", "sha1", `Unknown setting "algoritm"; did you mean "algorithm"?`},
		{"generic-hmac", "hedaer", "X-Sig", `did you mean "header"?`},
		{"generic-hmac", "Header", "X-Sig", `did you mean "header"?`},
		{"generic-hmac", "timestamp_header", "X-Time", `did you mean "timestamp"?`},
		{"generic-hmac", "key_encoding", "hex", `did you mean "key"?`},
		{"generic-hmac", "zzz", "1", "Generic HMAC has only header, query, "},
		{"paypal", "webhook-id", "WH-1", `did you mean "webhook_id"?`},
		{"paypal", "webhookId", "WH-1", `did you mean "webhook_id"?`},
		{"paypal", "certificat", "x", `did you mean "certificate"?`},
		{"stripe", "webhook_id", "WH-1", `Unknown setting "webhook_id": Stripe has no settings. Remove it.`},
		{"websub", "verify-token", "x", `did you mean "verify_token"?`},
		{"generic", "heder", "X-A", `did you mean "header"?`},
		{"basic", "heder", "X-A", `did you mean "header"?`},

		{"generic-hmac", "algorithm", "sha-256",
			`algorithm must be sha1, sha256, sha384, sha512 or named, not "sha-256"; did you mean "sha256"?`},
		{"generic-hmac", "algorithm", "HMAC-SHA256", `did you mean "sha256"?`},
		{"generic-hmac", "algorithm", "SHA512", `did you mean "sha512"?`},
		{"generic-hmac", "algorithm", "ed25519", "Only an HMAC can be verified here"},
		{"generic-hmac", "encoding", "base-64", `did you mean "base64"?`},
		{"generic-hmac", "unit", "ms", `did you mean "milliseconds"?`},
		{"generic-hmac", "separator", ";", `did you mean "semicolon"?`},
		{"generic-hmac", "key", "utf8", `did you mean "text"?`},
		{"generic", "scheme", "Bearer", `did you mean "bearer"?`},
		{"generic", "scheme", "hmac", "choose Generic HMAC"},
		{"hubspot", "legacy", "acept", `did you mean "accept"?`},
		{"adyen", "capture", "auto", "capture must be automatic or manual"},
		{"shopify", "shops", "many", "shops must be one or several"},
	} {
		settings := map[string]string{c.name: c.value}
		got := CheckSettings(c.id, settings, nil)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s %s=%s: %q, want %q", c.id, c.name, c.value, got, c.want)
		}
		if got := CheckSettings(c.id, map[string]string{c.name: c.value + "x"}, settings); got == "" {
			t.Errorf("%s %s=%s: a changed one is accepted", c.id, c.name, c.value)
		}
	}
	if got := CheckSettings("stripe", set("algorithm", "md5"), set("algorithm", "md5")); got != "" {
		t.Errorf("stored by an older release: %s", got)
	}
	if got := CheckSettings("paypal", set("webhook_id", "WH-1", "certificate", "x"), nil); got != "" {
		t.Errorf("a certificate: %s", got)
	}
}

// TestWhatNoHeaderCanBeCalled holds that names which no request can have are refused, in every setting with names.
func TestWhatNoHeaderCanBeCalled(t *testing.T) {
	for _, name := range []string{"X-Sig ", " X-Sig", "X Sig", "X-Sig:", "X-Sïg", "X-Sig\n", "a,b c", ",", "X-Sig,"} {
		for _, settings := range []map[string]string{
			set("header", name), set("message", "{header:"+name+"}{body}"),
			set("timestamp", name, "message", "{time}{body}"),
		} {
			if got := CheckSettings("generic-hmac", settings, nil); got == "" {
				t.Errorf("%q is accepted", settings)
			}
		}
		if got := CheckSettings("generic", set("header", name), nil); got == "" {
			t.Errorf("generic: %q is accepted", name)
		}
	}
}

// TestEachLimitOfGenericHMACIsSaid has forms that cannot be verified, and what is said about them.
func TestEachLimitOfGenericHMACIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"two places":           {set("header", "X-A", "query", "sig"), "cannot both be set"},
		"both kinds of lists":  {set("header", "X-A-*,X-B"), "either several names"},
		"nine headers":         {set("header", "A,B,C,D,E,F,G,H,I"), "at most 8 names"},
		"a query":              {set("query", "a&b"), "name of a query parameter"},
		"time beside several":  {set("header", "A,B", "timestamp", "t=", "message", "{time}{body}"), "own time"},
		"no key of the pair":   {set("timestamp", "=", "message", "{time}{body}"), "such as t="},
		"a path":               {set("timestamp", "body:a..b"), "not valid"},
		"a form":               {set("message", "{form}{body}"), "{form}"},
		"the secret":           {set("message", "{secret}{body}"), "no HMAC"},
		"a field":              {set("message", "{body:id}{body}"), "parts of the body"},
		"only a field":         {set("message", "{body:id}"), "parts of the body"},
		"another name":         {set("message", "{timestamp}.{body}"), "Did you mean {time}?"},
		"payload":              {set("message", "{payload}"), "Did you mean {body}?"},
		"another case":         {set("message", "{Body}"), "Did you mean {body}?"},
		"another spelling":     {set("message", "{method}{Request-URI}{body}"), "Did you mean {url}?"},
		"nearer than a prefix": {set("challenge_feild", "x"), `did you mean "challenge_field"?`},
		"microseconds":         {set("unit", "microseconds"), `did you mean "auto"?`},
		"only a star":          {set("header", "*"), "must have a name before *"},
		"an id":                {set("message", "{id}.{body}"), "{header:Webhook-Id}"},
		"an unknown one":       {set("message", "{nope}.{body}"), "It cannot contain {nope}."},
		"a setting":            {set("message", "{setting:x}{body}"), "It cannot contain {setting:x}."},
		"no list of headers":   {set("message", "{headers}{body}"), "signed_headers must have"},
		"an unused list":       {set("signed_headers", "X-A"), "must contain {headers}"},
		"no name of a list":    {set("signed_headers", "a b", "message", "{headers}{body}"), "no request can have"},
		"named, with prefix":   {set("algorithm", "named", "prefix", "sha256="), "must be empty if algorithm is named"},
		"named, with a time": {set("algorithm", "named", "timestamp", "first", "message", "{time}{body}"),
			"must be empty if algorithm is named"},
		"first of several": {set("header", "A,B", "timestamp", "first", "message", "{time}{body}"), "own time"},
		"no body":          {set("message", `{path}\n`), "must contain {body}"},
		"an open brace":    {set("message", "{body"), "closing brace"},
	} {
		got := CheckSettings("generic-hmac", c.settings, nil)
		if !strings.Contains(got, c.want) || strings.Count(got, ". ") > 3 {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
