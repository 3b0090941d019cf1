package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// Certificate returns what was found at an address; false where nothing is kept of it.
func (s *Registry) Certificate(ctx context.Context, url string) (text []byte, found bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT text FROM certificates WHERE url = ?`, url).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, s.failed("read certificate", err)
	}
	return text, true, nil
}

// keptCertificates bounds how many are kept; senders change theirs about once a year.
const keptCertificates = 100

// PutCertificate keeps what was found at an address, so that what it signed can be checked later as it was.
func (s *Registry) PutCertificate(ctx context.Context, url string, text []byte) error {
	return s.do(ctx, func(c *writerConn) error {
		if err := c.exec(`INSERT OR REPLACE INTO certificates (url, text, fetched_at) VALUES (?, ?, ?)`,
			url, text, s.options.Now().UnixMilli()); err != nil {
			return err
		}
		return c.exec(`DELETE FROM certificates WHERE url NOT IN
			(SELECT url FROM certificates ORDER BY fetched_at DESC, url LIMIT ?)`, int64(keptCertificates))
	})
}
