package client

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"
)

// maxVisit bounds the response to a Visit, in bytes.
const maxVisit = 64 << 10

// Visit is what hookbeam doctor found out by one request to a URL of the operator's own. It goes where the operator has
// pointed --public-url, which may be this machine or a private network, so package outbound's guard, which is for
// addresses that strangers name, does not apply. It follows no redirects, ignores the environment's proxies, and sends
// no secret.
type Visit struct {
	Err      error // there was no response
	Status   int
	Header   http.Header
	Body     []byte // its beginning; of a WebSocket the first message
	Upgraded bool   // the connection became a WebSocket
	Local    string // address and port of this end of the connection; "" if there was none
	Remote   string
	TLS      *tls.ConnectionState // nil without TLS. The certificate was not verified: that is the caller's work
	At       time.Time            // when the response came
}

// VisitURL sends a GET request. With upgrade it asks for a WebSocket, and reads one message of it. header lists further
// names and values in turn.
func VisitURL(ctx context.Context, address string, upgrade bool, header ...string) (v Visit) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Visit{Err: err}
	}
	r.Header.Set("User-Agent", "hookbeam-doctor")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if upgrade {
		key := make([]byte, 16)
		_, _ = rand.Read(key) // never fails
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", base64.StdEncoding.EncodeToString(key))
	}
	r = r.WithContext(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(got httptrace.GotConnInfo) {
		v.Local, v.Remote = got.Conn.LocalAddr().String(), got.Conn.RemoteAddr().String()
	}}))
	transport := &http.Transport{
		DialContext:            (&net.Dialer{}).DialContext,
		TLSClientConfig:        &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}},
		MaxResponseHeaderBytes: maxVisit,
		DisableCompression:     true,
		DisableKeepAlives:      !upgrade,
	}
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(r)
	if err != nil {
		v.Err = err
		return v
	}
	defer response.Body.Close()
	v.Status, v.Header, v.TLS, v.At = response.StatusCode, response.Header, response.TLS, time.Now()
	if response.StatusCode == http.StatusSwitchingProtocols {
		v.Upgraded = true
		stop := context.AfterFunc(ctx, func() { _ = response.Body.Close() })
		defer stop()
		v.Body, v.Err = readMessage(response.Body)
		return v
	}
	v.Body, v.Err = io.ReadAll(io.LimitReader(response.Body, maxVisit))
	return v
}

// readMessage reads one unfragmented, unmasked text message, in the form of RFC 6455 §5.2.
func readMessage(r io.Reader) ([]byte, error) {
	in := bufio.NewReader(r)
	head := make([]byte, 2, 4)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, fmt.Errorf("no message came over the WebSocket: %w", err)
	}
	length := int64(head[1])
	if length == 126 {
		longer := make([]byte, 2)
		if _, err := io.ReadFull(in, longer); err != nil {
			return nil, err
		}
		length = int64(longer[0])<<8 | int64(longer[1])
	}
	if head[0] != 0x81 || head[1] > 126 {
		return nil, errors.New("what came over the WebSocket is not one text message")
	}
	var text bytes.Buffer
	_, err := io.CopyN(&text, in, length)
	return text.Bytes(), err
}
