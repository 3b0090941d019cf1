package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

// testStore is an open database with all of its parts at hand.
type testStore struct {
	*database
	*DB
	*Log
	*Registry
}

func newTestStore(db *DB, err error) (*testStore, error) {
	if err != nil {
		return nil, err
	}
	return &testStore{db.database, db, db.Log(), db.Registry()}, nil
}

func openStore(ctx context.Context, dir string, o Options) (*testStore, error) {
	return newTestStore(Open(ctx, dir, o))
}

func openStoreBeside(ctx context.Context, dir string, o Options) (*testStore, error) {
	return newTestStore(OpenBeside(ctx, dir, o))
}

// Swept is the seq up to which retention may have removed deliveries.
func (s *testStore) Swept() hook.Seq { return s.FirstKept() - 1 }
