package signature

import (
	"slices"
	"strings"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
)

// credentialScheme makes the scheme of an endpoint of generic from its settings: header or query, and scheme. usual is
// the scheme without settings. An endpoint has exactly one: a bare secret never counts beside Basic or Bearer, and the
// other way round, and a secret in the query never beside one in a header.
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
	switch header, query := settings["header"], settings["query"]; {
	case header != "" && query != "":
		return sc, "header and query cannot both be set, because the secret has one place."
	case query != "":
		if sc.Kind, sc.Prefix = Token, ""; settings["scheme"] == "bearer" || settings["scheme"] == "basic" {
			return sc, "scheme must be bare, or empty, for a secret in the query."
		}
		sc.At, complaint = queryNamed("query", query)
		return sc, complaint
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

// placed makes the scheme of an endpoint of a CustomPlace from its settings: header or query. A setting that asks for a
// stronger scheme excludes both.
func (p *Profile) placed(settings map[string]string) (sc Scheme, complaint string, is bool) {
	header, query := settings["header"], settings["query"]
	if header == "" && query == "" {
		return sc, "", false
	}
	sc = Scheme{Kind: Token, MismatchReason: hook.ReasonSecretMismatch}
	for i := range p.Schemes {
		if with := p.Schemes[i].With; with != "" && !Blank(settings[with]) {
			return sc, with + " cannot be set beside header or query, because only one of them can count.", true
		}
	}
	switch {
	case header != "" && query != "":
		complaint = "header and query cannot both be set, because the secret has one place."
	case query != "":
		sc.At, complaint = queryNamed("query", query)
	default:
		sc.At, complaint = payload.HeaderNamed(header), checkHeader("header", header)
	}
	return sc, complaint, true
}

// lacksBeside returns a sentence if one of the settings that a scheme with With needs is set without the others; ""
// if all are, or none is.
func (p *Profile) lacksBeside(settings map[string]string) string {
	for i := range p.Schemes {
		if p.Schemes[i].With == "" {
			continue
		}
		names, has := p.Schemes[i].settings(), 0
		for _, name := range names {
			if !Blank(settings[name]) {
				has++
			}
		}
		if has > 0 && has < len(names) {
			return strings.Join(names, " and ") + " must be set together."
		}
	}
	return ""
}

// settings returns the names of the settings without which the scheme verifies nothing.
func (sc *Scheme) settings() (names []string) {
	add := func(at payload.Selector) {
		if name, is := at.Setting(); is && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for i := range sc.Message {
		add(sc.Message[i].Selector)
	}
	for _, one := range sc.Where {
		add(one.Is)
	}
	for _, claim := range sc.Claims.Equal {
		add(claim.Value)
	}
	return names
}

// FetchedWith returns the names of the settings with which this sender's certificate or keys can be looked up; nil if
// there is none.
func (p *Profile) FetchedWith() []string {
	for i := range p.Schemes {
		if p.NamesCertificate() && p.Schemes[i].byPublicKey() {
			return p.Schemes[i].settings()
		}
	}
	return nil
}
