package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/api"
	"hookbeam/server/wire"
)

// oddTexts are texts that YAML or references would read as something else.
func oddTexts() []string {
	return []string{
		"${NAME}", "$${x}", "$$${", "off", "yes", "null", "~", "=", "<<", "007", "1.5", "0x10", "1_000", "2026-11-28",
		" spaces ", "a: b", "# not a comment", "two\nlines\n", "trailing\n\n", "\r\n", "\ttab", "'quotes\"", "☃ ü",
		"- a", "*x", "&x", "!tag", "%", "@", "`", "{a}", "[a]",
	}
}

// TestAnExportReadsAsItWas exports texts that YAML or references would read as something else.
func TestAnExportReadsAsItWas(t *testing.T) {
	texts := oddTexts()
	var e wire.Endpoint
	e.Name, e.Provider, e.Verify, e.Tolerance, e.MaxBody = "a", "generic", "off", "0s", 5
	e.Settings, e.Confirmed = map[string]string{}, true
	for _, text := range texts {
		e.Settings["key "+text] = text
	}
	e.Statuses.References = texts
	e.Statuses.Mapping = &wire.Mapping{Kind: "own", Subject: `body["${x}"]`, State: "body.a",
		States: []wire.MappedState{{Value: "off", State: "x", Rank: 3, Final: true}, {Value: "y", State: "z"}}}
	e.Response = &wire.Response{Status: 202, Body: "${NAME}\n"}
	e.SecretSettings = []string{"verify_token"}
	e.Secrets = []wire.SecretLabel{{Label: "live"}, {Label: "Live"}, {Label: "☃"}}
	text, err := exported([]wire.Endpoint{e}, "test")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "hookbeam.yaml")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := readConfig(name)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	all, err := file.Endpoints(
		api.ConfigSchema(),
		sourceOf(name, func(name string) string { return "the value of " + name }),
	)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	var got api.ConfigEndpoint
	decode(t, all[0].Fields, &got)
	e.Settings["verify_token"] = "the value of A_VERIFY_TOKEN_SETTING"
	if !strings.Contains(string(text), `A_VERIFY_TOKEN_SETTING  the setting "verify_token" of a`) {
		t.Errorf("the comment does not list the setting:\n%s", text)
	}
	if diff := cmp.Diff(e.Settings, *got.Settings); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	if diff := cmp.Diff(texts, *got.Statuses.References); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	var mapping wire.Mapping
	decode(t, all[0].Fields["statuses"].(map[string]any)["mapping"], &mapping)
	if diff := cmp.Diff(*e.Statuses.Mapping, mapping); diff != "" {
		t.Error(diff)
	}
	var response wire.Response
	decode(t, all[0].Fields["response"], &response)
	if diff := cmp.Diff(*e.Response, response); diff != "" {
		t.Error(diff)
	}
	want := []api.SecretInput{{Label: "live", Value: "the value of A_LIVE_SECRET"},
		{Label: "Live", Value: "the value of A_LIVE_SECRET_2"}, {Label: "☃", Value: "the value of A_SECRET"}}
	if diff := cmp.Diff(want, *got.Secrets); diff != "" {
		t.Error(diff)
	}
	for _, s := range want {
		if variable := strings.TrimPrefix(s.Value, "the value of "); !strings.Contains(
			string(text),
			"#   "+variable+"  ",
		) {
			t.Errorf("the comment does not list %s:\n%s", variable, text)
		}
	}
}

// TestAnExportHoldsNoSecret exports endpoints with secrets beside those of their signatures.
func TestAnExportHoldsNoSecret(t *testing.T) {
	const canary = "canary0123456789abcdef"
	var e wire.Endpoint
	e.Name, e.Provider, e.Verify, e.Tolerance, e.Confirmed = "shop", "meta", "enforce", "5m", true
	e.SecretSettings = []string{"verify_token"}
	e.SignedURL = "https://user:" + canary + "@shop.example/hooks"
	own := wire.Endpoint{Name: "own", Provider: "generic", Verify: "enforce", Tolerance: "5m", Confirmed: true,
		Settings: map[string]string{"header": "X-Mine"}, SignedURL: "https://shop.example/hooks?token=" + canary}
	open := wire.Endpoint{Name: "open", Provider: "generic-hmac", Verify: "off", Tolerance: "5m", Confirmed: true,
		SignedURL: "https://shop.example/hooks"}
	text, err := exported([]wire.Endpoint{e, own, open}, "test")
	if err != nil || strings.Contains(string(text), canary) {
		t.Errorf("%v\n%s", err, text)
	}
	for _, want := range []string{
		"verify_token: ${SHOP_VERIFY_TOKEN_SETTING}", "signed_url: ${SHOP_SIGNED_URL_SECRET}",
		"signed_url: ${OWN_SIGNED_URL_SECRET}", "header: X-Mine", "signed_url: https://shop.example/hooks\n",
		`#   SHOP_VERIFY_TOKEN_SETTING  the setting "verify_token" of shop`,
		`#   OWN_SIGNED_URL_SECRET  the secret "signed_url" of own`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// decode decodes a value as the API does.
func decode(t *testing.T, value, to any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}
