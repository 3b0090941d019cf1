package provider

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTheDashboardKnowsWhichSettingsReplaceASecret compares its list with the catalogue.
func TestTheDashboardKnowsWhichSettingsReplaceASecret(t *testing.T) {
	text, err := os.ReadFile("../../ui/src/entities/endpoint/open-endpoint.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range All() {
		if !p.NamesCertificate() {
			continue
		}
		id := p.ID
		if strings.Contains(id, "-") {
			id = `"` + id + `"`
		}
		line := fmt.Sprintf(`  %s: ["%s"],`, id, strings.Join(p.Signature.FetchedWith(), `", "`))
		if !strings.Contains(string(text), line) {
			t.Errorf("open-endpoint.ts lacks %s", line)
		}
	}
}
