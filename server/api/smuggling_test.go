package api

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// A proxy that goes by Content-Length, where the server goes by the chunks, would send the rest of the body as
// a second request (request smuggling). On a closed connection there is none.
func TestConnectionIsClosedAfterAChunkedBody(t *testing.T) {
	h := newTestAPI(t, "")
	inbox := "/in/" + h.endpoint.Slug
	cases := map[string]string{
		"chunks alone":          "Transfer-Encoding: chunked\r\n",
		"a length and chunks":   "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"chunks and a length":   "Transfer-Encoding: chunked\r\nContent-Length: 60\r\n",
		"chunked in upper case": "Transfer-Encoding: CHUNKED\r\nContent-Length: 0\r\n",
	}
	for name, framing := range cases {
		for _, path := range []string{inbox, "/login"} {
			conn, err := net.Dial("tcp", h.Listener.Addr().String())
			check(t, err)
			_, err = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: h\r\n%s\r\n0\r\n\r\n", path, framing)
			check(t, err)
			_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			check(t, err)
			read := bufio.NewReader(conn)
			answer, err := http.ReadResponse(read, nil)
			check(t, err)
			_, err = io.Copy(io.Discard, answer.Body)
			check(t, err)
			rest, err := io.ReadAll(read)
			if err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s at %s: %v", name, path, err)
			}
			if !answer.Close || strings.Contains(string(rest), "HTTP/1.1") {
				t.Errorf("%s at %s: %d, close %v, and then %q", name, path, answer.StatusCode, answer.Close, rest)
			}
			_ = conn.Close()
		}
	}
}
