package wire

import "hookbeam/server/hook"

// Plan is what a configuration changes: the response to POST /apply.
type Plan struct {
	ID      string       `json:"plan" doc:"Identifies the present configuration of all endpoints. Send it as plan when you apply what you have seen: it is refused if somebody changed an endpoint meanwhile."`
	Applied bool         `json:"applied" doc:"Whether the changes were made. false for a dry run, and if there are none."`
	Changes []PlanChange `json:"changes" nullable:"false" doc:"One for each endpoint of the configuration, in its order, then one for each that is deleted."`
}

// PlanChange is what a configuration changes about one endpoint.
type PlanChange struct {
	Action string          `json:"action" enum:"create,update,delete,unchanged" doc:"What is done."`
	Name   string          `json:"name" doc:"The endpoint's name."`
	ID     hook.EndpointID `json:"id,omitempty" doc:"The endpoint's id. Absent if it is not created yet."`
	URL    string          `json:"url,omitempty" format:"uri" doc:"Its webhook URL. Absent if it is not created yet."`
	Fields []PlanField     `json:"fields" nullable:"false" doc:"What differs, by name."`
}

// PlanField is one field that differs.
type PlanField struct {
	Field  string `json:"field" example:"tolerance" doc:"The field, with dots between its parts: statuses.page."`
	From   any    `json:"from,omitempty" doc:"Its value now. Absent for a new endpoint, and for secrets and secret settings."`
	To     any    `json:"to,omitempty" doc:"Its value afterwards. Absent for secrets and secret settings."`
	Secret string `json:"secret,omitempty" enum:"added,changed,removed" doc:"Of a secret: what happens to it. Values are never returned."`
}
