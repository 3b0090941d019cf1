package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// Certificate returns the stored content of a certificate's URL, in PEM. found is false if none is stored.
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

// keptCertificates is how many certificates are kept. Senders replace theirs about once a year, so 100 last for years.
const keptCertificates = 100

// PutCertificate stores the content of a certificate's URL, and deletes the oldest ones beyond keptCertificates. A
// delivery that was signed with it can then be verified again after the sender has removed it.
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
