package provider

import (
	"regexp"
	"testing"
)

// TestSettingsThatNameASecretAreSecret looks at the names and labels of all settings: who adds a token or a password to
// the catalogue must mark it.
func TestSettingsThatNameASecretAreSecret(t *testing.T) {
	names := regexp.MustCompile(`(?i)token|secret|password|credential|require`)
	// Their values say where a secret is or what it looks like, and are none.
	describes := map[string]bool{"scheme": true}
	secret := 0
	for _, p := range All() {
		for _, s := range p.settings() {
			if s.Secret {
				secret++
			}
			if names.MatchString(s.Name+" "+s.Label) && !s.Secret && !describes[s.Name] {
				t.Errorf("%s: the setting %s is not marked as secret", p.ID, s.Name)
			}
			if SecretSetting(s.Name) != s.Secret {
				t.Errorf("%s: SecretSetting(%s) is not %v", p.ID, s.Name, s.Secret)
			}
		}
	}
	if secret < 3 {
		t.Errorf("only %d settings are secret", secret)
	}
}

func TestURLsThatMayHoldASecretAreToldApart(t *testing.T) {
	for address, want := range map[string]bool{
		"": false, "https://shop.example/hooks": false, "https://shop.example:8443/a%20b": false,
		"https://user@shop.example/": true, "https://user:password@shop.example/": true,
		"https://shop.example/hooks?token=x": true, "https://shop.example/hooks#x": true,
		"https://shop.example/%zz": true,
	} {
		if got := SecretURL(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}
