package api

import (
	"testing"

	"hookbeam/server/wire"
)

func TestWhichDeliveriesMakeStatusesIsASetting(t *testing.T) {
	h := newTestAPI(t, "")
	var e wire.Endpoint
	h.call("POST", "/endpoints", `{"name":"north","statuses":{"only":" account:acct_1 ","references_unique":true,
		"references_scope":"data.shop","references":["data.object.metadata.Order #","data.\"a.b\".c"]}}`, 201, &e)
	if e.Statuses.Scope != "data.shop" {
		t.Errorf("created: %+v", e.Statuses)
	}
	if e.Statuses.Only != "account:acct_1" || !e.Statuses.Unique || len(e.Statuses.References) != 2 {
		t.Errorf("created: %+v", e.Statuses)
	}
	path := "/endpoints/" + string(e.ID)
	h.call("PATCH", path, `{"statuses":{"unsigned":true}}`, 200, &e)
	if e.Statuses.Only != "account:acct_1" || !e.Statuses.Unique {
		t.Errorf("after a change of another setting: %+v", e.Statuses)
	}
	h.do(request{method: "PATCH", path: "/api/v1" + path, token: true,
		body: `{"statuses":{"only":"acount:acct_1"}}`}).expect(t, 422, "filter_invalid")
	h.do(request{method: "PATCH", path: "/api/v1" + path, token: true,
		body: `{"statuses":{"references_scope":"data..shop"}}`}).expect(t, 400, "invalid_request")
	h.call("PATCH", path, `{"statuses":{"only":"","references_unique":false}}`, 200, &e)
	if e.Statuses.Only != "" || e.Statuses.Unique {
		t.Errorf("after both were taken back: %+v", e.Statuses)
	}
}
