package server

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"hookbeam/server/client"
	"hookbeam/server/hook"
	"hookbeam/server/sqlite"
)

func TestWhoLooksBesideAServerSeesWhatLives(t *testing.T) {
	folder := t.TempDir()
	if _, err := InspectFolder(t.Context(), folder, slog.New(slog.DiscardHandler)); !errors.Is(err, client.ErrNoLog) {
		t.Fatalf("an empty folder gave %v", err)
	}
	store, err := sqlite.Open(t.Context(), folder, sqlite.Options{Now: time.Now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	writing := newGroup(t.Context())
	part := writing.start(store.Run)
	for _, e := range []hook.Endpoint{{ID: "ep_1", Name: "shop", Slug: "shop-1", Provider: "stripe"}, {ID: "ep_2", Name: "old", Slug: "old-2", Provider: "stripe", DeletedAt: hook.Millis(1)}} {
		if err := store.PutEndpoint(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	found, err := InspectFolder(t.Context(), folder, slog.New(slog.DiscardHandler))
	if err != nil || len(found.Endpoints) != 1 || found.Endpoints[0].Name != "shop" || found.Address(found.Endpoints[0]) != "" {
		t.Errorf("%+v, %v", found, err)
	}
	found.URL = "http://localhost:1/hooks"
	if at := found.Address(found.Endpoints[0]); at != "http://localhost:1/hooks/in/shop-1" {
		t.Error(at)
	}
	writing.stop(part)
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}
