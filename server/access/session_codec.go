package access

import (
	"encoding/json"
	"fmt"
	"time"
)

// The values of a session, as scs knows them.
const (
	keyLogin = "login" // string
	keySeen  = "seen"  // int64, the last use in seconds since 1970
)

// storedSession is the content of a session in the store, as JSON.
type storedSession struct {
	Deadline int64  `json:"deadline"` // milliseconds since 1970
	Login    string `json:"login"`
	Seen     int64  `json:"seen"`
}

// sessionCodec implements scs.Codec. The codec of scs uses encoding/gob, which describes its types anew in each
// session, takes ten times as long to decode one, and would be in the binary for this alone.
type sessionCodec struct{}

// Encode returns the content of a session. Values that a session does not have are an error, so that none is lost.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	stored := storedSession{Deadline: deadline.UnixMilli()}
	for key, value := range values {
		ok := false
		switch key {
		case keyLogin:
			stored.Login, ok = value.(string)
		case keySeen:
			stored.Seen, ok = value.(int64)
		}
		if !ok {
			return nil, fmt.Errorf("a session has no %s of type %T", key, value)
		}
	}
	return json.Marshal(stored)
}

// Decode returns a session by its content. A session that an earlier release stored has another form. It is returned as
// one that has ended, so its browser has to log in again.
func (sessionCodec) Decode(content []byte) (deadline time.Time, values map[string]any, err error) {
	var stored storedSession
	if json.Unmarshal(content, &stored) != nil {
		return time.Time{}, map[string]any{}, nil
	}
	return time.UnixMilli(stored.Deadline), map[string]any{keyLogin: stored.Login, keySeen: stored.Seen}, nil
}
