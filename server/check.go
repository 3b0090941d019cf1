package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/sqlite"
)

// inspect looks for damage in the databases of a data folder. key may be nil: the secrets are then not opened.
func inspect(ctx context.Context, folder string, key sqlite.Sealer) (client.Checked, error) {
	began := time.Now()
	found, err := sqlite.Inspect(ctx, folder, key)
	checked := client.Checked{OK: err == nil && len(found.Findings) == 0, Bytes: found.Bytes,
		Deliveries: found.Deliveries, Unchecked: found.Unchecked, Damaged: found.Damaged,
		Findings: []client.Finding{}, Secrets: key != nil, Took: time.Since(began).Milliseconds()}
	for _, f := range found.Findings {
		checked.Findings = append(checked.Findings, client.Finding(f))
	}
	return checked, err
}

// check responds with the result of inspect. The server goes on meanwhile.
func (c controlCalls) check(w http.ResponseWriter, r *http.Request) {
	c.stream(w, r, "application/json", func(out io.Writer) error {
		checked, err := inspect(r.Context(), c.Backups.folder, c.Seal)
		if err != nil {
			return err
		}
		return json.NewEncoder(out).Encode(checked)
	})
}

// Check looks for damage in the databases of a data folder that no server holds. Without the key, it does not open the
// secrets.
func (o Offline) Check(
	ctx context.Context, folder string, at client.SealKey, log *slog.Logger,
) (checked client.Checked, err error) {
	given, err := givenKey(at)
	if err != nil {
		return checked, err
	}
	lock, err := lockOffline(folder, "check", o.Version, log)
	if err != nil {
		return checked, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	var sealer sqlite.Sealer
	// A database that is too damaged to say which key it needs is reported by inspect.
	if need, err := sqlite.SealedWith(ctx, folder); err == nil && need != "" {
		key, err := findKey(folder, given, need)
		if err != nil {
			log.Warn("the secrets are not checked", "error", err)
		} else {
			sealer = key
		}
	}
	return inspect(ctx, folder, sealer)
}
