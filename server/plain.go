package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"hookbeam/server/access"
	"hookbeam/server/hook"
	"hookbeam/server/https"
)

// Limits of the plain HTTP port beside HTTPS, where nobody sends anything large or waits for anything.
const (
	plainTime    = 10 * time.Second
	plainHeaders = 16 << 10 // bytes
)

// The limits of HTTP/2, by which one connection carries many requests. Memory for what a client sends before a handler
// reads it is bounded for the connection.
const (
	streamsOfConnection = 100
	bufferOfConnection  = 256 << 10
	bufferOfStream      = 128 << 10
	stuckWrite          = 30 * time.Second // no byte can be written
)

// secure makes the server speak TLS if it has certificates, and prepares the plain HTTP port beside it.
func (s *server) secure(addresses *access.Addresses) {
	if s.certificates == nil {
		return
	}
	var more []string
	front := &https.Front{Health: s.api, Domains: s.config.TLSDomain}
	if acme, ok := s.certificates.(*https.ACME); ok {
		front.Challenge = acme.ServeChallenge
		more = append(more, https.ACMEProtocol)
	}
	s.http.TLSConfig = https.Config(s.certificates.GetCertificate, more...)
	s.http.HTTP2 = &http.HTTP2Config{
		MaxConcurrentStreams:          streamsOfConnection,
		MaxReceiveBufferPerConnection: bufferOfConnection,
		MaxReceiveBufferPerStream:     bufferOfStream,
		WriteByteTimeout:              stuckWrite,
	}
	s.http.Handler = s.gate.limitStreams(s.api)
	if s.plain == nil {
		return
	}
	front.Public, _ = url.Parse(s.site.Origin()) // access has parsed it before
	s.plainHTTP = &http.Server{
		Handler:        front,
		ReadTimeout:    plainTime,
		WriteTimeout:   plainTime,
		MaxHeaderBytes: plainHeaders,
		ErrorLog:       slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelDebug),
	}
	s.plainHTTP.SetKeepAlivesEnabled(false)
}

// listenPlain opens the plain HTTP port, if there is one: the socket of the service manager that is named for it,
// whatever --listen-http says, or else a new one.
func (s *server) listenPlain(ctx context.Context) (err error) {
	if !s.config.ownTLS() {
		return nil
	}
	for i, l := range s.inherited {
		if l.name == socketHTTP {
			s.plain = l.Listener
			s.inherited = append(s.inherited[:i:i], s.inherited[i+1:]...)
			return nil
		}
	}
	at := s.config.ListenHTTP
	if at == "" {
		return nil
	}
	wait := s.waitFor(ctx, "waiting for the address "+at)
	if s.plain, err = listenWithin(wait, at); err != nil {
		return fmt.Errorf(
			"listen on %s for plain HTTP: %w. Choose another address with --listen-http, to which port 80 "+
				"is forwarded, or --listen-http off: then a certificate authority must reach port 443",
			at,
			err,
		)
	}
	return nil
}

// servePlain serves the plain HTTP port until it is stopped.
func (s *server) servePlain(context.Context) error {
	err := s.plainHTTP.Serve(s.gate.beside(s.plain))
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// stopPlain stops it, and waits for the requests that have begun.
func (s *server) stopPlain() {
	ctx, cancel := context.WithTimeout(context.Background(), plainTime)
	defer cancel()
	if err := s.plainHTTP.Shutdown(ctx); err != nil {
		_ = s.plainHTTP.Close()
	}
}

// The refusal of a request that exceeds the limit of requests in progress over HTTP/2.
const (
	streamsByAddress = "too_many_streams_of_address"
	streamsInAll     = "too_many_streams"
	detailStreams    = "request refused: the limit of requests in progress over HTTP/2 is reached"
)

// tooManyStreams is what the client reads.
var tooManyStreams = &hook.Problem{
	Code:   "too_many_requests_in_progress",
	Detail: "Too many requests of this address are in progress. Wait for their responses, and try again.",
}

// limitStreams returns h with a limit on requests in progress over HTTP/2, in all and of one address: together they are
// as many as there could be over HTTP/1.1, where each has a connection of its own.
func (g *gate) limitStreams(h http.Handler) http.Handler {
	quota := g.quota.Another()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor < 2 {
			h.ServeHTTP(w, r)
			return
		}
		client := g.addresses.Peer(r.RemoteAddr, time.Now())
		code, status := streamsInAll, http.StatusServiceUnavailable
		switch quota.Take(client) {
		case access.HasRoom:
			defer quota.Give(client.Key)
			h.ServeHTTP(w, r)
			return
		case access.ClientFull:
			code, status = streamsByAddress, http.StatusTooManyRequests
		}
		g.refusals.Count(code, detailStreams, "address", client.Address)
		w.Header().Set("Retry-After", "1")
		writeControlProblem(w, status, tooManyStreams)
	})
}
