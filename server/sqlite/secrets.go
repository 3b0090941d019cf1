package sqlite

import (
	"encoding/json"
	"fmt"

	"hookbeam/server/hook"
)

// sealedRow are the values of sealedColumns as they are stored: with their secrets sealed, or plain in the database of
// an older release.
type sealedRow [5]string

// sealRow returns the columns of an endpoint that hold secrets. With a nil key the values stay plain. The endpoint is
// not changed: its slices and maps are shared with readers.
func sealRow(e *hook.Endpoint, key Sealer) (row sealedRow, err error) {
	sealed, err := mapSecrets(e, func(place, value string) (string, error) {
		if key == nil || value == "" {
			return value, nil
		}
		return key.Seal(place, value)
	})
	if err != nil {
		return row, err
	}
	row[1], row[4] = sealed.SignedURL, sealed.CheckedAs
	for i, v := range map[int]any{0: sealed.Secrets, 2: sealed.Settings, 3: sealed.Statuses} {
		b, err := json.Marshal(v)
		if err != nil {
			return row, fmt.Errorf("write endpoint: %w", err)
		}
		row[i] = string(b)
	}
	return row, nil
}

// open returns an endpoint with the fields that the row holds, opened with key. A nil key means that the values are
// plain.
func (row sealedRow) open(id hook.EndpointID, key Sealer) (hook.Endpoint, error) {
	e := hook.Endpoint{ID: id, SignedURL: row[1], CheckedAs: row[4]}
	for text, into := range map[*string]any{&row[0]: &e.Secrets, &row[2]: &e.Settings, &row[3]: &e.Statuses} {
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return e, fmt.Errorf("read endpoint %s: %w", id, err)
		}
	}
	if key == nil {
		return e, nil
	}
	return mapSecrets(&e, func(place, value string) (string, error) {
		if value == "" {
			return "", nil
		}
		return key.Open(place, value)
	})
}

// mapSecrets returns a copy of an endpoint in which do has replaced each secret value. This is the list of what is
// sealed, and of the places to which the values are bound:
//
//   - the values of secrets and of the keys of status links;
//   - all settings: some are secret, such as Meta's verify token, and a new sender's may be;
//   - the signed URL, which can contain a user name and a password;
//   - the fingerprint of what verified, which depends on the secrets and would confirm a guess.
func mapSecrets(e *hook.Endpoint, do func(place, value string) (string, error)) (hook.Endpoint, error) {
	c := *e
	prefix := "endpoint/" + string(e.ID) + "/"
	var failed error
	replace := func(place, value string) string {
		if failed != nil {
			return ""
		}
		var out string
		out, failed = do(prefix+place, value)
		return out
	}
	if e.Secrets != nil {
		c.Secrets = make([]hook.Secret, len(e.Secrets))
	}
	for i, s := range e.Secrets {
		s.Value = replace("secret/"+s.Label, s.Value)
		c.Secrets[i] = s
	}
	if e.Settings != nil {
		c.Settings = make(map[string]string, len(e.Settings))
	}
	for name, value := range e.Settings {
		c.Settings[name] = replace("setting/"+name, value)
	}
	if e.Statuses.LinkKeys != nil {
		c.Statuses.LinkKeys = make([]hook.LinkKey, len(e.Statuses.LinkKeys))
	}
	for i, k := range e.Statuses.LinkKeys {
		k.Value = replace("link_key/"+k.ID, k.Value)
		c.Statuses.LinkKeys[i] = k
	}
	c.SignedURL = replace("signed_url", e.SignedURL)
	c.CheckedAs = replace("checked_as", e.CheckedAs)
	return c, failed
}

// hasSecrets reports whether an endpoint has a value that is sealed.
func hasSecrets(e *hook.Endpoint) bool {
	has := false
	_, _ = mapSecrets(e, func(_, value string) (string, error) { // fails only if the function does
		has = has || value != ""
		return value, nil
	})
	return has
}
