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

// frame is a message of the live connection or a response of the polling endpoint.
type frame struct {
	From, To, Head string
	Reset          bool
	Updates        []struct {
		Kind     string
		Seq      int64
		Delivery delivery
	}
}

// view is one reader: its filter, its cursor and all deliveries that it has seen. It checks the contract of cursors
// from the reader's side: a frame begins where the last one ended, and seqs increase. A view is used by one goroutine.
type view struct {
	server   *server
	endpoint string     // filter by endpoint id; empty: all
	cursor   string     // end of the last frame; empty: the head of the log; "0": the oldest delivery
	seen     []delivery // in the order received
}

// apply checks a frame against the cursor, records its deliveries and moves the cursor. A reset, a gap, a duplicate and
// a wrong order are errors.
func (v *view) apply(f frame) error {
	if f.Reset {
		return fmt.Errorf("reset at %s", v.cursor)
	}
	// The first frame may begin anywhere: at the head, or at the oldest delivery that is kept.
	if v.cursor != "" && v.cursor != "0" && f.From != v.cursor {
		return fmt.Errorf("a gap: the reader is at %s, the frame begins at %s", v.cursor, f.From)
	}
	for _, u := range f.Updates {
		// Changed statuses are in the frames too; the tests count deliveries.
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

// until returns a condition: the delivery at seq was seen.
func (v *view) until(seq int64) func() bool {
	return func() bool { return len(v.seen) > 0 && v.seen[len(v.seen)-1].Seq >= seq }
}

// last returns the last n deliveries seen, or all if there are fewer.
func (v *view) last(n int) []delivery { return v.seen[max(0, len(v.seen)-n):] }

// address is the URL of a stream from the view's cursor: polling for the scheme http, a WebSocket for ws.
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

// bearer has the administrator's token, for requests that do not go through server.api.
var bearer = http.Header{"Authorization": {"Bearer " + adminToken}}

// poll makes one long poll of at most 5 s and applies the frame.
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
	return v.apply(f)
}

// open connects a WebSocket at the view's cursor. The error includes the response if the upgrade was refused.
func (v *view) open(ctx context.Context) (*websocket.Conn, error) {
	conn, answer, err := websocket.DefaultDialer.DialContext(ctx, v.address("ws", "/api/v1/live"), bearer)
	if err != nil && answer != nil {
		text, _ := io.ReadAll(answer.Body)
		err = fmt.Errorf("%w: %s: %s", err, answer.Status, text)
	}
	return conn, err
}

// listen applies frames until enough returns true, the connection ends or ctx is done. It closes conn.
func (v *view) listen(ctx context.Context, conn *websocket.Conn, enough func() bool) error {
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	for !enough() {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			return errors.Join(err, ctx.Err())
		}
		if err := v.apply(f); err != nil {
			return err
		}
	}
	return nil
}
