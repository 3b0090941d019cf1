package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hookbeam/server/hook"
)

// Bounds of one call.
const (
	callTime  = 30 * time.Second
	maxAnswer = 16 << 20 // bytes; a longer response is cut off, so it is not valid JSON
)

// Server is a connection to a running Hookbeam, made by Local or by Remote. Commands call its methods, each of which is
// one HTTP request. It may be used by one goroutine at a time, and must be closed.
type Server struct {
	http    *http.Client
	base    string // URL that each path is appended to, without a trailing slash
	token   string
	version string   // of this program
	folder  string   // the data folder; "" if made by Remote
	conn    net.Conn // the connection that Local opened; nil if made by Remote
}

// Remote returns the server at a URL, without connecting to it. token authenticates each request. Plain HTTP is
// refused unless the server is on this machine, because the token could be read on the network. All its errors are
// of type *UsageError.
func Remote(address, token, version string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return nil, &UsageError{errors.New("--server must be the URL of a server, such as https://hooks.example.com")}
	}
	if token == "" {
		return nil, &UsageError{errors.New("--server requires a token: set HOOKBEAM_TOKEN or HOOKBEAM_TOKEN_FILE, " +
			"or pass --token")}
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return nil, &UsageError{fmt.Errorf("--server %s uses plain HTTP: anyone on the network path could read the "+
			"token. Use its https:// URL", u.Host)}
	}
	// A redirect is not followed: the token must not be sent to another server.
	noRedirects := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Server{
		http:    &http.Client{Timeout: callTime, CheckRedirect: noRedirects},
		base:    strings.TrimSuffix(u.String(), "/"),
		token:   token,
		version: version,
	}, nil
}

// isLoopback reports whether a host name from a URL means this machine.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close closes the connection to the server.
func (s *Server) Close() {
	s.http.CloseIdleConnections()
	if s.conn != nil {
		_ = s.conn.Close() // it is idle, so no data can be lost
	}
}

// IsLocal reports whether the server is reached through the control channel of a data folder.
func (s *Server) IsLocal() bool { return s.folder != "" }

// NewLogin returns a new one-time link to the dashboard. Only a local server offers this call.
func (s *Server) NewLogin(ctx context.Context) (string, error) {
	var login Login
	err := s.call(ctx, http.MethodPost, LoginsPath, nil, &login)
	return login.Link, err
}

// Endpoints returns the endpoints that are not deleted, oldest first. They include the values of secrets if s is local.
func (s *Server) Endpoints(ctx context.Context) ([]Endpoint, error) {
	path := "/api/v1/endpoints"
	if s.IsLocal() {
		path = EndpointsPath
	}
	var all Endpoints
	err := s.call(ctx, http.MethodGet, path, nil, &all)
	return all.Endpoints, err
}

// RebuildStatuses asks the server to rebuild all statuses from its log. It returns when the server has accepted the
// request; the rebuild then runs in the background.
func (s *Server) RebuildStatuses(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/api/v1/statuses/rebuild", nil, nil)
}

// NewTestLink returns a status link of a subject, such as order/10-4471, as test events report it. It works for an
// hour.
func (s *Server) NewTestLink(ctx context.Context, id hook.EndpointID, subject string) (link string, err error) {
	var created struct{ URL string }
	err = s.call(ctx, http.MethodPost, "/api/v1/status-links", map[string]string{
		"endpoint": string(id), "subject": subject, "mode": hook.ModeTest, "expires_in": "1h",
	}, &created)
	return created.URL, err
}

// call sends one request with a value as JSON, or without a body if it is nil, and decodes the JSON of a 2xx response
// into answer unless that is nil.
func (s *Server) call(ctx context.Context, method, path string, value, answer any) error {
	body := []byte{}
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			return err
		}
	}
	r, err := s.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	if value != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := s.http.Do(r)
	if err != nil {
		return s.unreachable(err)
	}
	defer response.Body.Close()
	if s.IsLocal() { // before the status: an error of an incompatible server could not be understood
		if err := s.checkProtocol(response.Header); err != nil {
			return err
		}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return s.unreachable(err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return problemOf(response.StatusCode, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("decode the server's response: %w", err)
	}
	return nil
}

// request returns a request with the headers that each one has.
func (s *Server) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "hookbeam/"+s.version)
	r.Header.Set(VersionHeader, s.version)
	if s.IsLocal() {
		r.Header.Set(ProtocolHeader, strconv.Itoa(Protocol))
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	return r, nil
}

// unreachable returns the error for a request that got no response. It drops the URL that net/http puts in front.
func (s *Server) unreachable(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if s.IsLocal() {
		return fmt.Errorf("the server running on %s does not respond: it may be starting or stopping. "+
			"Try again in a moment (%w)", s.folder, err)
	}
	return fmt.Errorf("the server at %s does not respond: %w", s.base, err)
}

// checkProtocol returns an error if a response comes from a server with another version of the control protocol, or
// from a program that is not Hookbeam.
func (s *Server) checkProtocol(answer http.Header) error {
	theirs, err := strconv.Atoi(answer.Get(ProtocolHeader))
	if err != nil {
		return fmt.Errorf("the process that listens on the control channel of %s is not Hookbeam", s.folder)
	}
	return mismatch(s.folder, theirs, answer.Get(VersionHeader), s.version)
}

// mismatch returns an error if the server's protocol differs from this program's. server and own are the two versions.
func mismatch(folder string, theirs int, server, own string) error {
	if theirs == Protocol {
		return nil
	}
	which := "a newer"
	if theirs < Protocol {
		which = "an older"
	}
	return fmt.Errorf("the server running on %s is %s Hookbeam (%s; this command is %s), and their control protocols "+
		"are not compatible. Run the command from the server's own release, or restart the server with this one",
		folder, which, server, own)
}
