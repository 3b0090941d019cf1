package signature

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"hookbeam/server/payload"
)

// Custom says which kind of scheme an endpoint of a sender describes by its settings.
type Custom int

// The kinds of custom schemes.
const (
	// NotCustom: the sender's schemes are the same for all endpoints.
	NotCustom Custom = iota
	// CustomHMAC is an HMAC, see hmacScheme.
	CustomHMAC
	// CustomCredential is the secret itself in a header, see credentialScheme. An endpoint without settings has the
	// profile's Schemes.
	CustomCredential
	// CustomPlace is the secret itself in the header or query parameter that the settings header and query name. An
	// endpoint that names neither has the profile's Schemes.
	CustomPlace
)

// custom returns the only scheme of an endpoint with these settings; is is false if the sender's own schemes count.
// complaint is a sentence about the first wrong setting, for the person who wrote it; the scheme is unusable then.
func (p *Profile) custom(settings map[string]string) (sc Scheme, complaint string, is bool) {
	switch {
	case p.Custom == CustomHMAC:
		sc, complaint = hmacScheme(settings)
		return sc, complaint, true
	case p.Custom == CustomCredential && len(settings) > 0:
		sc, complaint = credentialScheme(p.Schemes[0], settings)
		return sc, complaint, true
	case p.Custom == CustomPlace:
		return p.placed(settings)
	}
	return Scheme{}, "", false
}

// CheckSettings returns what is wrong with the settings of an endpoint of this sender, as a sentence for people; ""
// if nothing is. It is called when settings are saved, so stored settings are usable.
func (p *Profile) CheckSettings(settings map[string]string) string {
	_, complaint, _ := p.custom(settings)
	if complaint == "" {
		complaint = p.lacksBeside(settings)
	}
	return complaint
}

// otherwise returns the value of a setting, or its default if the setting is missing or empty.
func otherwise(settings map[string]string, name, value string) string {
	if v := settings[name]; v != "" {
		return v
	}
	return value
}

// usualHeader and usualMessage are the defaults of the settings header and message, which most endpoints have. They are
// parsed once, because the scheme is made anew for each delivery.
var (
	usualHeader  = payload.HeaderNamed("X-Signature")
	usualMessage = Message("{body}")
)

// hmacScheme makes the scheme of an endpoint of generic-hmac. Its settings are header or query, prefix, separator,
// algorithm, encoding, key, message, timestamp, unit, body and signed_headers, each with a default.
func hmacScheme(settings map[string]string) (sc Scheme, complaint string) {
	sc = Scheme{Prefix: settings["prefix"], Hash: otherwise(settings, "algorithm", "sha256")}
	if complaint = sc.placeAt(settings["header"], settings["query"]); complaint != "" {
		return sc, complaint
	}
	named := sc.Hash == "named"
	if named {
		sc.Hash = "sha256" // of samples; a delivery names its own
	}
	if newHash(sc.Hash) == nil {
		return sc, fmt.Sprintf("algorithm must be sha1, sha256, sha384, sha512 or named, not %q.", sc.Hash)
	}
	var known bool
	if sc.Encoding, known = encodingNamed(otherwise(settings, "encoding", "hex")); !known {
		return sc, "encoding must be hex, base64 or base64url."
	}
	if sc.Key, known = keyFormNamed(otherwise(settings, "key", "text")); !known {
		return sc, "key must be text, nfkd, hex, base64 or whsec."
	}
	if sc.Separator, known = separatorNamed(otherwise(settings, "separator", "comma")); !known {
		return sc, "separator must be comma, semicolon or space."
	}
	if sc.Unit, known = unitNamed(otherwise(settings, "unit", "auto")); !known {
		return sc, "unit must be auto, seconds, milliseconds or rfc3339."
	}
	if complaint = sc.placeTime(settings["timestamp"]); complaint != "" {
		return sc, complaint
	}
	parted := sc.Prefix != "" || sc.TimeBeside != "" || sc.TimeFirst || settings["separator"] != ""
	switch {
	case parted && named:
		return sc, "prefix, separator and a time beside the signature must be empty if algorithm is named: " +
			"the header has the name of the hash, = and the signature."
	case parted:
		sc.Format = Prefixed
	case named:
		sc.Format = AlgorithmPair
	}
	switch settings["body"] {
	case "", "raw":
	case "escaped":
		sc.EscapedBody = true
	default:
		return sc, "body must be raw or escaped."
	}
	if name := settings["signed_headers"]; name != "" {
		sc.SignedHeaders = payload.HeaderNamed(name)
		if complaint = checkHeader("signed_headers", name); complaint != "" {
			return sc, complaint
		}
	}
	sc.Message, complaint = customMessage(otherwise(settings, "message", "{body}"), &sc)
	return sc, complaint
}

// placeAt sets the places of the signature: a header, several with commas between, the numbered headers NAME1 to
// NAME8 that are written NAME*, or a query parameter.
func (sc *Scheme) placeAt(header, query string) (complaint string) {
	switch {
	case header != "" && query != "":
		return "header and query cannot both be set, because a signature has one place."
	case query != "":
		sc.At, complaint = queryNamed("query", query)
		return complaint
	case header == "":
		sc.At = usualHeader
		return ""
	}
	first, more, several := strings.Cut(header, ",")
	base, numbered := strings.CutSuffix(first, "*")
	switch {
	case numbered && several:
		return "header must be either several names with commas between, or one name with * at its end."
	case numbered && base == "":
		return "header must have a name before *, such as X-Signature-*."
	case numbered:
		for i := range maxSignatures {
			sc.MoreAt = append(sc.MoreAt, payload.HeaderNamed(fmt.Sprint(base, i+1)))
		}
		sc.At, sc.MoreAt = sc.MoreAt[0], sc.MoreAt[1:]
		return checkHeader("header", base+"1")
	}
	sc.At = payload.HeaderNamed(first)
	for several && complaint == "" {
		var name string
		name, more, several = strings.Cut(more, ",")
		name = strings.TrimSpace(name)
		sc.MoreAt, complaint = append(sc.MoreAt, payload.HeaderNamed(name)), checkHeader("header", name)
	}
	if len(sc.MoreAt) >= maxSignatures {
		complaint = fmt.Sprintf("header can have at most %d names.", maxSignatures)
	}
	if problem := checkHeader("header", first); problem != "" {
		return problem
	}
	return complaint
}

// placeTime sets the place of the timestamp: "t=" is a pair beside the signature, and so is the name of the
// signature's own header; "first" is the first part of a list whose others are signatures; "query:NAME" is a query
// parameter, "body:PATH" a field of the body, and any other text a header.
func (sc *Scheme) placeTime(at string) (complaint string) {
	key, beside := strings.CutSuffix(at, "=")
	if name, inHeader := sc.At.Header(); inHeader && http.CanonicalHeaderKey(at) == name {
		key, beside = "t", true
	}
	where, name, named := strings.Cut(at, ":")
	switch {
	case at == "":
		return ""
	case at == "first" && len(sc.MoreAt) == 0:
		sc.TimeFirst = true
	case (beside || at == "first") && len(sc.MoreAt) > 0:
		return "timestamp cannot be a pair beside the signature if header has several names, " +
			"because each signature would have its own time."
	case beside && (key == "" || strings.ContainsAny(key, sc.Separator+"= ")):
		return "timestamp must be a header, or a key and = for a pair beside the signature, such as t=."
	case beside:
		sc.TimeBeside = key
	case named && where == "query":
		sc.Time, complaint = queryNamed("timestamp", name)
	case named && where == "body":
		var err error
		if sc.Time, err = payload.ParseSelector(at); err != nil {
			return fmt.Sprintf("timestamp has the path %q, which is not valid. Write names with dots between, "+
				"such as body:event.time.", name)
		}
	case named && where == "header":
		sc.Time, complaint = payload.HeaderNamed(name), checkHeader("timestamp", name)
	default:
		sc.Time, complaint = payload.HeaderNamed(at), checkHeader("timestamp", at)
	}
	return complaint
}

// queryNamed returns the selector of a query parameter that a setting names.
func queryNamed(setting, name string) (at payload.Selector, complaint string) {
	at, err := payload.ParseSelector("query:" + name)
	if err != nil || strings.ContainsAny(name, " ?&=#") {
		return at, fmt.Sprintf("%s must be the name of a query parameter, such as signature.", setting)
	}
	return at, ""
}

// checkHeader returns a sentence if no request can have a header with this name, which a setting has; "" if one can.
// Names are tokens (RFC 9110 §5.1).
func checkHeader(setting, name string) string {
	for _, c := range []byte(name) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
			strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return fmt.Sprintf("%s has the header name %q, which no request can have. "+
				"Remove blanks and other characters that are not part of the name.", setting, name)
		}
	}
	if name == "" || len(name) > 200 {
		return setting + " must have the name of a header, such as X-Signature."
	}
	return ""
}

// encodingNamed returns the encoding with the given name in settings.
func encodingNamed(name string) (Encoding, bool) {
	switch name {
	case "hex":
		return Hex, true
	case "base64":
		return Base64, true
	case "base64url":
		return Base64URL, true
	}
	return 0, false
}

// keyFormNamed returns the form of keys with the given name in settings.
func keyFormNamed(name string) (KeyForm, bool) {
	switch name {
	case "text":
		return AsText, true
	case "nfkd":
		return AsNFKD, true
	case "hex":
		return FromHex, true
	case "base64":
		return FromBase64, true
	case "whsec":
		return FromWhsec, true
	}
	return 0, false
}

// separatorNamed returns the separator with the given name in settings.
func separatorNamed(name string) (string, bool) {
	switch name {
	case "comma":
		return ",", true
	case "semicolon":
		return ";", true
	case "space":
		return " ", true
	}
	return "", false
}

// unitNamed returns the unit of timestamps with the given name in settings.
func unitNamed(name string) (time.Duration, bool) {
	switch name {
	case "auto":
		return ByDigits, true
	case "seconds":
		return time.Second, true
	case "milliseconds":
		return time.Millisecond, true
	case "rfc3339":
		return 0, true
	}
	return 0, false
}
