package https

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"sync"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3"
	"github.com/mholt/acmez/v3/acme"
)

// issuer is the certmagic.Issuer: it gets certificates from one ACME authority. It replaces certmagic's own, which
// makes its HTTP client itself, around the guard of outgoing connections, and listens on ports by itself.
type issuer struct {
	directory string // the authority's URL
	key       string // names the authority in paths
	email     string
	client    *http.Client
	storage   *storage
	solvers   map[string]acmez.Solver
	log       *slog.Logger

	mu sync.Mutex // held while the account is read or registered
}

// IssuerKey implements certmagic.Issuer. Certificates of another authority are stored apart.
func (i *issuer) IssuerKey() string { return i.key }

// acme returns a client for one piece of work.
func (i *issuer) acme() *acmez.Client {
	return &acmez.Client{
		Client: &acme.Client{Directory: i.directory, HTTPClient: i.client, UserAgent: "Hookbeam", Logger: i.log},
		// A map of its own, because the client is made for each certificate.
		ChallengeSolvers: i.solvers,
	}
}

// Issue implements certmagic.Issuer. It proves that the names of csr belong to this server, and returns the certificate
// that the authority issues.
func (i *issuer) Issue(ctx context.Context, csr *x509.CertificateRequest) (*certmagic.IssuedCertificate, error) {
	defer i.client.CloseIdleConnections()
	client := i.acme()
	chains, err := i.order(ctx, client, csr)
	if accountGone(err) { // the authority has lost the account, or another one answers at its URL now
		if err := i.storage.Delete(ctx, i.accountKey()); err != nil {
			return nil, fmt.Errorf("remove the account of the certificate authority: %w", err)
		}
		chains, err = i.order(ctx, client, csr)
	}
	if err != nil {
		return nil, err
	}
	if len(chains) == 0 {
		return nil, errors.New("the certificate authority returned no certificate")
	}
	return &certmagic.IssuedCertificate{Certificate: chains[0].ChainPEM, Metadata: chains[0]}, nil
}

// order gets the certificates for csr with the account, which it registers if there is none.
func (i *issuer) order(
	ctx context.Context, client *acmez.Client, csr *x509.CertificateRequest,
) ([]acme.Certificate, error) {
	account, err := i.account(ctx, client)
	if err != nil {
		return nil, err
	}
	parameters, err := acmez.OrderParametersFromCSR(account, csr)
	if err != nil {
		return nil, err
	}
	return client.ObtainCertificate(ctx, parameters)
}

// GetRenewalInfo implements certmagic.RenewalInfoGetter: it asks when the authority wants a certificate to be renewed.
func (i *issuer) GetRenewalInfo(ctx context.Context, c certmagic.Certificate) (acme.RenewalInfo, error) {
	defer i.client.CloseIdleConnections()
	return i.acme().GetRenewalInfo(ctx, c.Leaf)
}

// storedAccount is an account with its key, in one file: one cannot be there without the other.
type storedAccount struct {
	acme.Account
	Key string `json:"private_key"` // PEM
}

// accountKey is the storage key of the account.
func (i *issuer) accountKey() string { return "accounts/" + i.key + ".json" }

// account returns the account at the authority. It registers one on first use, which agrees to the authority's terms
// of service, and updates the e-mail address if it has changed.
func (i *issuer) account(ctx context.Context, client *acmez.Client) (acme.Account, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	account, err := i.loadAccount(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return i.register(ctx, client)
	case err != nil:
		return account, fmt.Errorf("read the account of the certificate authority: %w", err)
	case slices.Equal(account.Contact, i.contact()):
		return account, nil
	}
	if _, err := client.GetDirectory(ctx); err != nil { // UpdateAccount itself does not read it
		return account, err
	}
	changed := account
	changed.Contact = i.contact()
	changed, err = client.UpdateAccount(ctx, changed)
	if err != nil {
		return account, fmt.Errorf("update the account of the certificate authority: %w", err)
	}
	changed.Location, changed.PrivateKey = account.Location, account.PrivateKey
	return changed, i.saveAccount(ctx, changed)
}

// register creates an account.
func (i *issuer) register(ctx context.Context, client *acmez.Client) (acme.Account, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return acme.Account{}, err
	}
	account, err := client.NewAccount(ctx, acme.Account{
		Contact:              i.contact(),
		TermsOfServiceAgreed: true,
		PrivateKey:           key,
	})
	if err != nil {
		return account, fmt.Errorf("register an account at the certificate authority: %w", err)
	}
	return account, i.saveAccount(ctx, account)
}

// contact returns the e-mail address as ACME has it.
func (i *issuer) contact() []string {
	if i.email == "" {
		return nil
	}
	return []string{"mailto:" + i.email}
}

func (i *issuer) loadAccount(ctx context.Context) (acme.Account, error) {
	text, err := i.storage.Load(ctx, i.accountKey())
	if err != nil {
		return acme.Account{}, err
	}
	var stored storedAccount
	if err := json.Unmarshal(text, &stored); err != nil {
		return acme.Account{}, err
	}
	key, err := certmagic.PEMDecodePrivateKey([]byte(stored.Key))
	if err != nil {
		return acme.Account{}, err
	}
	stored.PrivateKey = key
	return stored.Account, nil
}

func (i *issuer) saveAccount(ctx context.Context, account acme.Account) error {
	key, err := certmagic.PEMEncodePrivateKey(crypto.PrivateKey(account.PrivateKey))
	if err != nil {
		return err
	}
	text, err := json.Marshal(storedAccount{Account: account, Key: string(key)})
	if err != nil {
		return err
	}
	return i.storage.Store(ctx, i.accountKey(), text)
}

// accountGone reports whether the authority does not know the account.
func accountGone(err error) bool {
	var problem acme.Problem
	return errors.As(err, &problem) && problem.Type == acme.ProblemTypeAccountDoesNotExist
}
