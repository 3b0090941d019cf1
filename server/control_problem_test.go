package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"hookbeam/server/hook"
)

func TestControlProblemsHaveTheFormOfTheAPI(t *testing.T) {
	w := httptest.NewRecorder()
	writeControlProblem(w, http.StatusConflict, &hook.Problem{Code: "protocol_mismatch", Detail: "Restart <both>."})
	const want = `{"status":409,"title":"Conflict","code":"protocol_mismatch",` +
		`"detail":"Restart \u003cboth\u003e."}` + "\n"
	if w.Code != http.StatusConflict || w.Header().Get("Content-Type") != "application/problem+json" ||
		w.Body.String() != want {
		t.Errorf("%d %s %s, want %s", w.Code, w.Header().Get("Content-Type"), w.Body, want)
	}
}
