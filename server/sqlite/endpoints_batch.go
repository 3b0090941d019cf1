package sqlite

import (
	"context"

	"hookbeam/server/hook"
)

// PutEndpoints is PutEndpoint for several endpoints: it stores all of them or none.
func (s *Registry) PutEndpoints(ctx context.Context, all []hook.Endpoint) error {
	writes := make([]func(*writerConn) error, len(all))
	for i, e := range all {
		var err error
		if writes[i], err = s.endpointWrite(e); err != nil {
			return err
		}
	}
	return s.do(ctx, func(c *writerConn) error {
		for _, write := range writes {
			if err := write(c); err != nil {
				return err
			}
		}
		return nil
	})
}
