package trust_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/gorilla/websocket"
)

// frame is what a reader is told.
type frame struct {
	From, To, Head string
	Reset          bool
	Updates        []struct {
		Kind     string
		Seq      int64
		Delivery delivery
	}
}

// view is what one reader has seen so far. It is the reader's side of the contract: a frame goes on where the last one
// ended, seqs rise, and nothing else is needed to be complete.
type view struct {
	server   *server
	endpoint string     // filter; empty: all
	cursor   string     // where the last frame ended; empty: the head, "0": the oldest that is kept
	seen     []delivery // in the order in which they were told
}

// take checks a frame against the cursor and then moves the cursor. A reset, a hole, a repeat and a wrong order are
// errors.
func (v *view) take(f frame) error {
	if f.Reset {
		return fmt.Errorf("reset at %s", v.cursor)
	}
	if v.cursor != "" && v.cursor != "0" && f.From != v.cursor {
		return fmt.Errorf("a hole: the reader is at %s, the frame begins at %s", v.cursor, f.From)
	}
	for _, u := range f.Updates {
		if u.Kind != "delivery" {
			continue
		}
		if u.Seq != u.Delivery.Seq {
			return fmt.Errorf("an update's seq is %d, its delivery's %d", u.Seq, u.Delivery.Seq)
		}
		if n := len(v.seen); n > 0 && v.seen[n-1].Seq >= u.Seq {
			return fmt.Errorf("seq %d was told after %d", u.Seq, v.seen[n-1].Seq)
		}
		v.seen = append(v.seen, u.Delivery)
	}
	v.cursor = f.To
	return nil
}

// until says whether the delivery at seq was seen.
func (v *view) until(seq int64) func() bool {
	return func() bool { return len(v.seen) > 0 && v.seen[len(v.seen)-1].Seq >= seq }
}

// last are the last n deliveries seen, fewer where fewer were.
func (v *view) last(n int) []delivery { return v.seen[max(0, len(v.seen)-n):] }

func (v *view) address(scheme, path string) string {
	q := url.Values{}
	if v.cursor != "" {
		q.Set("after", v.cursor)
	}
	if v.endpoint != "" {
		q.Set("endpoint", v.endpoint)
	}
	if scheme == "http" {
		q.Set("wait", "5s")
	}
	return scheme + "://" + v.server.addr + path + "?" + q.Encode()
}

var bearer = http.Header{"Authorization": {"Bearer " + adminToken}}

// poll asks once, waiting for news.
func (v *view) poll(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.address("http", "/api/v1/updates"), nil)
	if err != nil {
		return err
	}
	request.Header = bearer
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("polling: %s: %s", answer.Status, text)
	}
	if err != nil {
		return err
	}
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	return v.take(f)
}

// open connects a socket at the view's cursor.
func (v *view) open(ctx context.Context) (*websocket.Conn, error) {
	conn, answer, err := websocket.DefaultDialer.DialContext(ctx, v.address("ws", "/api/v1/live"), bearer)
	if err != nil && answer != nil {
		text, _ := io.ReadAll(answer.Body)
		err = fmt.Errorf("%w: %s: %s", err, answer.Status, text)
	}
	return conn, err
}

// listen takes frames until enough says so, or the connection or ctx ends.
func (v *view) listen(ctx context.Context, conn *websocket.Conn, enough func() bool) error {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	for !enough() {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			return errors.Join(err, ctx.Err())
		}
		if err := v.take(f); err != nil {
			return err
		}
	}
	return nil
}
