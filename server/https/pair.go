package https

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// How often the files of a Pair are read, and from when on its certificate's end is a warning.
const (
	reloadEvery = 5 * time.Second
	expiresSoon = 14 * 24 * time.Hour
	warnEvery   = 24 * time.Hour
)

// maxPairFile limits the size of each file.
const maxPairFile = 1 << 20

// Pair serves a certificate and its key from two PEM files, and takes over changes of them. OpenPair makes it.
type Pair struct {
	certFile, keyFile string
	log               *slog.Logger
	now               func() time.Time
	current           atomic.Pointer[tls.Certificate]

	mu      sync.Mutex
	seen    [sha256.Size]byte // of the files' content when they were read last
	failure string            // why the files cannot be used; "" if they can
	unread  bool              // the files could not be read
	warned  time.Time         // when the end of the certificate was warned of
}

// OpenPair reads the files. It fails if they are no certificate with its key.
func OpenPair(certFile, keyFile string, log *slog.Logger, now func() time.Time) (*Pair, error) {
	p := &Pair{certFile: certFile, keyFile: keyFile, log: log, now: now}
	cert, key, err := p.read()
	if err != nil {
		return nil, err
	}
	pair, err := p.parse(cert, key)
	if err != nil {
		return nil, err
	}
	p.seen = digest(cert, key)
	p.use(pair)
	p.warnEnd()
	return p, nil
}

// read reads both files.
func (p *Pair) read() (cert, key []byte, err error) {
	if cert, err = readPEM(p.certFile); err != nil {
		return nil, nil, err
	}
	key, err = readPEM(p.keyFile)
	return cert, key, err
}

// readPEM reads a file that is not too large.
func readPEM(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", path)
	case info.Size() > maxPairFile:
		return nil, fmt.Errorf("%s is too large to be a certificate or a key", path)
	}
	return os.ReadFile(path)
}

// parse returns the certificate that the files contain.
func (p *Pair) parse(cert, key []byte) (*tls.Certificate, error) {
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("%s and %s cannot be used together: %w", p.certFile, p.keyFile, err)
	}
	return &pair, nil
}

// digest identifies the content of both files.
func digest(cert, key []byte) [sha256.Size]byte {
	c, k := sha256.Sum256(cert), sha256.Sum256(key)
	return sha256.Sum256(append(c[:], k[:]...))
}

// use brings a certificate into use.
func (p *Pair) use(pair *tls.Certificate) {
	p.current.Store(pair)
	if info, err := os.Stat(p.keyFile); err == nil && tooOpen(info.Mode()) {
		p.log.Warn("other users can read or change the private key; run chmod 600 on it", "file", p.keyFile,
			"mode", fmt.Sprintf("%04o", info.Mode().Perm()))
	}
}

// tooOpen reports whether others than the owner and a group that only reads can use a file of this mode.
func tooOpen(mode fs.FileMode) bool { return runtime.GOOS != "windows" && mode.Perm()&0o027 != 0 }

// GetCertificate returns the certificate, whatever the name that the client asks for: the client checks it.
func (p *Pair) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return p.current.Load(), nil
}

// Names returns the host names of the certificate in use, in its order.
func (p *Pair) Names() []string { return p.current.Load().Leaf.DNSNames }

// Covers returns an error if the certificate in use is not valid for a host.
func (p *Pair) Covers(host string) error { return p.current.Load().Leaf.VerifyHostname(host) }

// List describes the certificate.
func (p *Pair) List() []Certificate {
	p.mu.Lock()
	defer p.mu.Unlock()
	leaf := p.current.Load().Leaf
	c := Certificate{Name: leaf.Subject.CommonName, NotAfter: leaf.NotAfter, Failure: p.failure}
	if len(leaf.DNSNames) > 0 {
		c.Name = leaf.DNSNames[0]
	} else if len(leaf.IPAddresses) > 0 {
		c.Name = leaf.IPAddresses[0].String()
	}
	return []Certificate{c}
}

// Run reloads the files when they change, until ctx ends.
func (p *Pair) Run(ctx context.Context) error {
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			p.reload()
			p.warnEnd()
		case <-ctx.Done():
			return nil
		}
	}
}

// Close does nothing: Run leaves nothing behind.
func (p *Pair) Close() {}

// reload takes over the files if they have changed. A pair that cannot be used changes nothing, and is logged once:
// the two files are rarely replaced in the same moment.
func (p *Pair) reload() {
	p.mu.Lock()
	defer p.mu.Unlock()
	cert, key, err := p.read()
	if err != nil {
		if !p.unread {
			p.unread = true
			p.refuse(err)
		}
		return
	}
	now := digest(cert, key)
	if now == p.seen && !p.unread {
		return
	}
	p.seen, p.unread = now, false
	pair, err := p.parse(cert, key)
	if err != nil {
		p.refuse(err)
		return
	}
	p.failure = ""
	p.use(pair)
	p.warned = time.Time{}
	p.log.Info("certificate reloaded", "file", p.certFile, "not_after", pair.Leaf.NotAfter)
}

// refuse reports that the files cannot be used. The caller holds mu.
func (p *Pair) refuse(err error) {
	p.failure = err.Error()
	p.log.Error("the certificate's files changed and cannot be used; the old certificate stays in use. "+
		"Put a certificate and its key there, both in PEM", "error", err)
}

// warnEnd warns once a day of a certificate that ends soon, or has ended.
func (p *Pair) warnEnd() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, end := p.now(), p.current.Load().Leaf.NotAfter
	if end.Sub(now) > expiresSoon || !p.warned.IsZero() && now.Sub(p.warned) < warnEvery {
		return
	}
	p.warned = now
	text := "the certificate ends soon; replace its files, and they are taken over without a restart"
	if end.Before(now) {
		text = "the certificate has ended: clients refuse it; replace its files, and they are taken over " +
			"without a restart"
	}
	p.log.Warn(text, "file", p.certFile, "not_after", end)
}
