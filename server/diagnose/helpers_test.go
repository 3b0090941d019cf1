package diagnose

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"time"

	"hookbeam/server/hook"
)

const (
	address = "https://hooks.example.com/in/shop-0123456789abcdef"
	plain   = "a-secret-of-32-characters-000001"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// recordOf is a request as the door keeps it.
func recordOf(method string, header http.Header, body string) *hook.Record {
	r := &hook.Record{Delivery: hook.Delivery{Method: method, Path: "/"}, Request: hook.Request{Body: []byte(body)}}
	for name, values := range header {
		for _, v := range values {
			r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(name), Value: v})
		}
	}
	return r
}

func secret(value string) []hook.Secret { return []hook.Secret{{Label: "live", Value: value}} }

func hmacHex(h func() hash.Hash, key, message string) string {
	return hex.EncodeToString(mac(h, key, message))
}

func hmac64(h func() hash.Hash, key, message string) string {
	return base64.StdEncoding.EncodeToString(mac(h, key, message))
}

func mac(h func() hash.Hash, key, message string) []byte {
	m := hmac.New(h, []byte(key))
	m.Write([]byte(message))
	return m.Sum(nil)
}

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func seconds(at time.Time) string { return fmt.Sprint(at.Unix()) }
