package signature

import (
	"fmt"
	"net/http"
	"strings"

	"hookbeam/server/payload"
)

// messageHelp explains how the setting message is written.
const messageHelp = "message may contain only {body}, {time}, {url}, {path}, {method}, {headers}, headers such as " +
	"{header:Webhook-Id} and query parameters such as {query:id} in braces."

// unsupported says what is not supported of what people may write in braces, with what to do instead.
var unsupported = map[string]string{
	"secret": "message cannot contain {secret}: a hash of the secret and the message is no HMAC.",
	"form":   "message cannot contain {form}: sorted form fields are not supported. Use {body} if the sender can.",
	"id":     messageHelp + " Name the header that has the id, as in {header:Webhook-Id}.",
}

// meant are other names of the parts of messages, in small letters and without hyphens and underscores.
var meant = map[string]string{"body": "body", "payload": "body", "rawbody": "body", "requestbody": "body",
	"content": "body", "data": "body", "rawpayload": "body", "time": "time", "timestamp": "time", "ts": "time",
	"t": "time", "date": "time", "url": "url", "uri": "url", "fullurl": "url", "requesturl": "url",
	"requesturi": "url", "address": "url", "path": "path", "pathname": "path", "method": "method", "verb": "method",
	"httpmethod": "method", "requestmethod": "method", "headers": "headers"}

// partMeant returns the part of a message that somebody most likely meant, "" if none is near.
func partMeant(name string) string {
	return meant[strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))]
}

// customMessage parses the setting message, in which \n is a line feed. It must contain the body, because a signature
// that does not cover it is valid for any body, and a timestamp exactly if one is sent: one that is not signed proves
// nothing, because anybody can change it. A timestamp in the body is signed with it, and one in a header may be among
// those of {headers}, which is checked with each delivery.
func customMessage(text string, sc *Scheme) (t payload.Template, complaint string) {
	if t = usualMessage; text != "{body}" {
		if text, complaint = canonicalHeaders(text); complaint != "" {
			return nil, complaint
		}
		text = strings.ReplaceAll(text, `\n`, "\n")
		var err error
		if t, err = payload.ParseTemplate(text, "body", "time", "url", "path", "method", "headers"); err != nil {
			return nil, wrongPart(text)
		}
	}
	for i := range t {
		if at := t[i].Selector; !at.IsZero() && !at.InQuery() {
			if _, isHeader := at.Header(); !isHeader {
				return nil, wrongPart(text)
			}
		}
	}
	inBody := strings.HasPrefix(sc.Time.String(), "body:")
	_, isHeader := sc.Time.Header()
	listed := isHeader && t.Uses("headers") // and must be in the list
	switch {
	case t.Uses("headers") && sc.SignedHeaders.IsZero():
		return nil, "signed_headers must have the name of the header that lists the signed headers, " +
			"because message contains {headers}."
	case !t.Uses("headers") && !sc.SignedHeaders.IsZero():
		return nil, "message must contain {headers} if signed_headers is set."
	case !t.Uses("body"):
		return nil, "message must contain {body}. Otherwise, the signature would be valid for any body."
	case t.Uses("time") != sc.dated() && !inBody && !listed:
		return nil, "message must contain {time} if timestamp is set, and must not contain it otherwise."
	}
	return t, ""
}

// canonicalHeaders writes the names of the headers in a message as requests have them: people write them in any case.
func canonicalHeaders(text string) (canonical, complaint string) {
	const begins = "{header:"
	if !strings.Contains(text, begins) {
		return text, ""
	}
	var b strings.Builder
	for {
		front, rest, found := strings.Cut(text, begins)
		name, behind, closed := strings.Cut(rest, "}")
		if !found || !closed {
			b.WriteString(text)
			return b.String(), ""
		}
		if complaint := checkHeader("message", name); complaint != "" {
			return "", complaint
		}
		b.WriteString(front + begins + http.CanonicalHeaderKey(name) + "}")
		text = behind
	}
}

// wrongPart returns a sentence about the first part in braces that messages cannot contain.
func wrongPart(text string) string {
	for rest := text; ; {
		_, behind, found := strings.Cut(rest, "{")
		if !found {
			return messageHelp
		}
		name, after, closed := strings.Cut(behind, "}")
		if !closed {
			return messageHelp + " A closing brace is missing."
		}
		source, _, _ := strings.Cut(name, ":")
		near := partMeant(name)
		switch {
		case unsupported[strings.ToLower(name)] != "":
			return unsupported[strings.ToLower(name)]
		case source == "body" && name != "body", source == "item", source == "xml":
			return "message cannot contain parts of the body, because the rest would not be signed. Use {body}."
		case near != "" && near != name:
			return messageHelp + fmt.Sprintf(" Did you mean {%s}?", near)
		case near == "" && source != "header" && source != "query":
			return messageHelp + fmt.Sprintf(" It cannot contain {%s}.", name)
		}
		rest = after
	}
}
