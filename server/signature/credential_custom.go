package signature

import "hookbeam/server/payload"

// credentialScheme makes the scheme of an endpoint of generic from its settings: header and scheme. usual is the
// scheme without settings. An endpoint has exactly one: a bare secret never counts beside Basic or Bearer, and the
// other way round.
func credentialScheme(usual Scheme, settings map[string]string) (sc Scheme, complaint string) {
	sc = usual
	switch way := settings["scheme"]; way {
	case "":
	case "bare":
		sc.Kind, sc.Prefix = Token, ""
	case "bearer":
		sc.Kind, sc.Prefix = Token, "Bearer"
	case "basic":
		sc.Kind, sc.Prefix = Basic, "Basic"
	default:
		return sc, "scheme must be bare, bearer or basic."
	}
	switch header := settings["header"]; {
	case header != "":
		sc.At = payload.HeaderNamed(header)
		return sc, checkHeader("header", header)
	case sc.Prefix != "":
		sc.At = authorization
	case usual.Prefix != "":
		return sc, "header must be set for a bare secret."
	}
	return sc, ""
}

// authorization is the header of HTTP authentication.
var authorization = payload.HeaderNamed("Authorization")
