package intake

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"hookbeam/server/outbound"
)

// Visitor visits the addresses by which senders have a subscription confirmed. The API calls it when a person asks for
// it, and never because of a delivery alone.
type Visitor struct{ client *http.Client }

// NewVisitor returns a visitor that connects through out, which refuses private networks.
func NewVisitor(out *outbound.Guard, o outbound.ClientOptions) *Visitor {
	o.Limits = outbound.Limits{Connect: 5 * time.Second, Total: 10 * time.Second, ResponseBytes: 64 << 10}
	return &Visitor{client: out.Client("confirmations", o)}
}

// Visit requests an address once and returns the status of the answer, which is otherwise ignored. It follows no
// redirect. The caller has checked the address; see provider.Provider.ConfirmAddress.
func (v *Visitor) Visit(ctx context.Context, address string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, fmt.Errorf("visit: %w", err)
	}
	res, err := v.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("visit: %w", err)
	}
	return res.StatusCode, res.Body.Close()
}
