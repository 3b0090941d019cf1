package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// bitbucket is Bitbucket Cloud: how it signs, and what its deliveries say. Bitbucket Cloud signs the
// body with HMAC-SHA-256, where a secret is set:
// https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
var bitbucket = Provider{
	ID: "bitbucket", Name: "Bitbucket Cloud",
	Steps: []string{
		"In the repository open Repository settings, Webhooks, Add webhook, and enter this address.",
		"Set a secret there and add the same one here: without it Bitbucket signs nothing.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one that you chose or had generated",
		Not: []Lookalike{{"ATBB", "an app password"}, {"ATCTT", "an access token"}}},
	Ranges: []Range{
		{Name: "Atlassian", Source: "https://ip-ranges.atlassian.com"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events:  joins("header:X-Request-Uuid"),
		Types:   payload.SelectAll("header:X-Event-Key"),
		Times:   payload.SelectAll("body:commit_status.updated_on", "header:X-Event-Time"),
		Account: payload.Select("body:repository.full_name"),
	},
	Rules: bitbucketRules,
}

// bitbucketStatus is what a service says of a commit, which older events name by its address alone.
var bitbucketStatus = extract.SubjectSpec{Kind: hook.KindRun,
	Aliases: []extract.AliasSpec{
		extract.Alias("run", "body:repository.full_name+body:commit_status.key+body:commit_status.commit.hash"),
		extract.Alias("run", "body:repository.full_name+body:commit_status.key+body:commit_status.links.commit.href").
			After("/commit/"),
	},
	Titles: extract.Titles("{body:commit_status.name} on {body:commit_status.refname}",
		"{body:commit_status.name}", "{body:commit_status.key}"),
	URLs: payload.SelectAll("body:commit_status.url")}

// bitbucketRules: https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Build-status-created
var bitbucketRules = extract.Rules{
	{Types: []string{"repo:commit_status_created", "repo:commit_status_updated"}, Subject: &bitbucketStatus,
		Match: extract.StateFrom("body:commit_status.state",
			extract.Outcomes{"INPROGRESS": running, "SUCCESSFUL": succeeded, "FAILED": broke, "STOPPED": stopped})},
}
