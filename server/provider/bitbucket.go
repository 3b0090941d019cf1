package provider

import (
	"hookbeam/server/extract"
	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// bitbucket is Bitbucket Cloud. Bitbucket Data Center signs alike but has other events, see bitbucketDataCenter; an
// endpoint of this provider understands its id and its ping as well.
//
// Signature: X-Hub-Signature is "sha256=" and the hex HMAC-SHA-256 of the body. GitHub uses the same header for SHA-1,
// so the prefix matters. Without a secret Bitbucket sends no signature at all.
//
// Event: X-Request-UUID; X-Attempt-Number counts the attempts. The type is in X-Event-Key.
//
// Traps: the body is limited to 256 KB. Most events have no time in their body, so the header X-Event-Time is used.
var bitbucket = Provider{
	ID: "bitbucket", Name: "Bitbucket Cloud",
	Aliases: []string{"Atlassian"},
	Grade:   GradeA, Source: "https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/",
	Steps: []string{
		"In the repository open Repository settings, Webhooks, Add webhook, and enter this address.",
		"Set a secret there and add the same one here. Without a secret, Bitbucket does not sign its requests.",
	},
	Secret: SecretWords{Name: "Secret", Hint: "the one that you chose or generated",
		Not: []Lookalike{{"ATBB", "an app password"}, {"ATCTT", "an access token"}}},
	Ranges: []Range{
		{Name: "Atlassian", Source: "https://ip-ranges.atlassian.com"},
	},
	Signature: signature.Profile{
		Schemes: []signature.Scheme{{At: payload.Select("header:X-Hub-Signature"), Format: signature.Prefixed,
			Prefix: "sha256=", Hash: "sha256", Message: signature.Message("{body}")}},
	},
	Identity: Identity{
		Events:  joins("header:X-Request-Uuid", "header:X-Request-Id"),
		Types:   payload.SelectAll("header:X-Event-Key"),
		Times:   payload.SelectAll("body:commit_status.updated_on", "header:X-Event-Time"),
		Account: payload.Select("body:repository.full_name"),
	},
	Rules:      bitbucketRules(),
	Challenges: bitbucketPing,
}

// bitbucketStatus is a build status of a commit, identified by repository, key and commit hash. Older events have the
// hash only in the URL of the commit.
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
func bitbucketRules() extract.Rules {
	return extract.Rules{
		{Types: []string{"repo:commit_status_created", "repo:commit_status_updated"}, Subject: &bitbucketStatus,
			Match: extract.StateFrom("body:commit_status.state",
				extract.Outcomes{"INPROGRESS": running, "SUCCESSFUL": succeeded, "FAILED": failed,
					"STOPPED": cancelled})},
	}
}
