package trust_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestABodyThatChangedOnDiskIsNeverServedAsGenuine checks R21: with the server stopped, one character of a stored body
// is changed in the database file, which stays a valid database. After the restart the delivery must be shown as
// damaged, its body and diagnosis must return 500 without the changed text, and other deliveries must not be affected.
func TestABodyThatChangedOnDiskIsNeverServedAsGenuine(t *testing.T) {
	t.Parallel()
	s := serve(t)
	address, client := s.first().in(s), newClient(t, 1)
	bad, err := deliver(t.Context(), client, address, `{"amount":100}`, "Content-Type", "application/json")
	if err != nil {
		t.Fatal(err)
	}
	good, err := deliver(t.Context(), client, address, `{"amount":200}`)
	if err != nil {
		t.Fatal(err)
	}
	// After a graceful stop the body is in the database file, exactly once.
	s.stop()
	path := filepath.Join(s.data, "hookbeam.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(file, []byte(`"amount":100`)); n != 1 {
		t.Fatalf("the body stands in the file %d times", n)
	}
	if err := os.WriteFile(path, bytes.Replace(file, []byte(`"amount":100`), []byte(`"amount":900`), 1),
		0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	integrity := func(id string) string {
		var whole struct{ Integrity string }
		s.api(http.MethodGet, "/api/v1/deliveries/"+id, http.StatusOK, nil, &whole)
		return whole.Integrity
	}
	// Metadata is still shown, with a mark.
	if integrity(bad.ID) != "damaged" || integrity(good.ID) != "ok" {
		t.Errorf("the damaged one is %s, the sound one %s", integrity(bad.ID), integrity(good.ID))
	}
	// No response may contain the changed body.
	for method, path := range map[string]string{http.MethodGet: "/body", http.MethodPost: "/diagnose"} {
		var text []byte
		s.api(method, "/api/v1/deliveries/"+bad.ID+path, http.StatusInternalServerError, nil, &text)
		var problem struct{ Code string }
		if err := json.Unmarshal(text, &problem); err != nil || problem.Code != "record_damaged" ||
			bytes.Contains(text, []byte("900")) {
			t.Errorf("%s: %s (%v)", path, text, err)
		}
	}
	if s.body(good.ID) != `{"amount":200}` {
		t.Error("the sound body is another")
	}
	// One damaged record is logged once, however often it is read.
	if n := strings.Count(s.log.String(), "a delivery is damaged"); n != 1 {
		t.Errorf("%d lines say that a delivery is damaged", n)
	}
	s.api(http.MethodGet, "/readyz", http.StatusOK, nil, nil)
	if _, err := deliver(t.Context(), client, address, "more"); err != nil {
		t.Errorf("it does not go on: %v", err)
	}
}
