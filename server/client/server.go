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
)

// Bounds of one call.
const (
	callTime  = 30 * time.Second
	maxAnswer = 16 << 20 // an answer that is longer is cut, and is then no JSON
)

// Server is a running Hookbeam as a command talks to it: the one that holds a data folder, from Local, or any other by
// its address, from Remote. It may be used by one goroutine at a time, and is closed after use.
type Server struct {
	http    *http.Client
	base    string // before each path, without a slash at its end
	token   string
	version string   // of this program
	folder  string   // "" for one from Remote
	conn    net.Conn // what Local has dialled; nil for one from Remote
}

// Remote returns the server at an address, to which token proves who asks. A server without TLS is refused unless it is
// on this machine: the token could be read on the way.
func Remote(address, token, version string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return nil, &UsageError{errors.New("--server is the address of a server, such as https://hooks.example.com")}
	}
	if token == "" {
		return nil, &UsageError{errors.New("--server needs a token: name it with --token or HOOKBEAM_TOKEN")}
	}
	if u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return nil, &UsageError{fmt.Errorf("--server %s is plain HTTP: everybody on the way could read the token. "+
			"Use its https:// address", u.Host)}
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the token is for one address
	return &Server{base: strings.TrimSuffix(u.String(), "/"), token: token, version: version,
		http: &http.Client{Timeout: callTime, CheckRedirect: stay}}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Close frees the connection.
func (s *Server) Close() {
	s.http.CloseIdleConnections()
	if s.conn != nil {
		_ = s.conn.Close() // nothing is said on it any more
	}
}

// IsLocal reports whether the server is reached through the control channel of a data folder.
func (s *Server) IsLocal() bool { return s.folder != "" }

// NewLogin returns a new one-time link to the dashboard. Only the control channel gives one.
func (s *Server) NewLogin(ctx context.Context) (string, error) {
	var login Login
	err := s.call(ctx, http.MethodPost, LoginsPath, &login)
	return login.Link, err
}

// Endpoints returns the living endpoints, oldest first. They have their secrets if s is local.
func (s *Server) Endpoints(ctx context.Context) ([]Endpoint, error) {
	path := "/api/v1/endpoints"
	if s.IsLocal() {
		path = EndpointsPath
	}
	var all Endpoints
	err := s.call(ctx, http.MethodGet, path, &all)
	return all.Endpoints, err
}

// RebuildStatuses has the server rebuild all statuses from its log. It returns when that has been noted, before it is
// done.
func (s *Server) RebuildStatuses(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/api/v1/statuses/rebuild", nil)
}

// call makes one call and reads its JSON into answer, unless that is nil.
func (s *Server) call(ctx context.Context, method, path string, answer any) error {
	r, err := http.NewRequestWithContext(ctx, method, s.base+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set("User-Agent", "hookbeam/"+s.version)
	r.Header.Set(VersionHeader, s.version)
	if s.IsLocal() {
		r.Header.Set(ProtocolHeader, strconv.Itoa(Protocol))
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := s.http.Do(r)
	if err != nil {
		return s.unreachable(err)
	}
	defer response.Body.Close()
	if s.IsLocal() {
		if err := s.checkProtocol(response.Header); err != nil {
			return err
		}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return s.unreachable(err)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return problemOf(response.Status, text)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("read the answer of the server: %w", err)
	}
	return nil
}

// unreachable says that the server did not answer.
func (s *Server) unreachable(err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if s.IsLocal() {
		return fmt.Errorf("the server that runs on %s does not answer: it may be starting or stopping. "+
			"Try again in a moment (%w)", s.folder, err)
	}
	return fmt.Errorf("the server at %s does not answer: %w", s.base, err)
}

// checkProtocol returns an error if the server speaks another version of the control protocol.
func (s *Server) checkProtocol(answer http.Header) error {
	theirs, err := strconv.Atoi(answer.Get(ProtocolHeader))
	if err != nil {
		return fmt.Errorf("what listens at the control channel of %s is no Hookbeam", s.folder)
	}
	return mismatch(s.folder, theirs, answer.Get(VersionHeader), s.version)
}

// mismatch returns an error if a server's protocol is not this program's.
func mismatch(folder string, theirs int, server, own string) error {
	if theirs == Protocol {
		return nil
	}
	which := "a newer"
	if theirs < Protocol {
		which = "an older"
	}
	return fmt.Errorf(
		"the server that runs on %s is %s Hookbeam (%s; this command is %s), and the two do not understand "+
			"each other. Run the command with the server's own release, or restart the server with this one",
		folder,
		which,
		server,
		own,
	)
}

// problemOf returns the error that an answer describes.
func problemOf(status string, text []byte) error {
	var problem struct{ Code, Detail string }
	if err := json.Unmarshal(text, &problem); err != nil || problem.Detail == "" {
		return fmt.Errorf("the server answered %s: %s", status, bytes.TrimSpace(text[:min(len(text), 200)]))
	}
	return fmt.Errorf("the server refused: %s (%s)", problem.Detail, problem.Code)
}
