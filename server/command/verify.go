package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"hookbeam/server/datafile"
	"hookbeam/server/diagnose"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
	"hookbeam/server/wire"
)

// verifyCmd is the command hookbeam verify. It verifies the signature of one request from a file. It needs no server
// and no network, and stores nothing. A request that does not verify makes it exit with code 1.
type verifyCmd struct {
	// The request.
	File string `arg:"" help:"File with the body, byte for byte; - for standard input." placeholder:"FILE"`

	Provider   string         `help:"The provider, for example stripe." default:"generic" placeholder:"NAME"`
	SecretFile string         `help:"File with the secret to verify with. There is no flag for the secret itself, because process lists are public." xor:"with" placeholder:"FILE"`
	SecretEnv  string         `help:"Environment variable with the secret to verify with." xor:"with" placeholder:"VARIABLE"`
	Request    bool           `help:"The file is a complete HTTP request: request line, headers, empty line, body."`
	Header     []string       `help:"A header of the request." sep:"none" placeholder:"'NAME: VALUE'"`
	Method     string         `help:"HTTP method of the request." default:"POST"`
	URL        string         `help:"URL that the request was sent to, as the sender knows it. Some providers sign it. Default: that of --request." placeholder:"URL"`
	Setting    []string       `help:"One of the provider's settings, such as webhook_id=WH-1 for PayPal." sep:"none" placeholder:"NAME=VALUE"`
	At         string         `help:"Time of receipt in RFC 3339; default: now." placeholder:"TIME"`
	Tolerance  *time.Duration `help:"Timestamp tolerance: how old the signature may be; 0s = any age. Default: that of a new endpoint of the provider, mostly 5m."`
	JSON       bool           `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// errNotVerified makes the command fail after it has printed why the request does not verify.
var errNotVerified = errors.New("verification failed")

// Run verifies the request as the server would when it receives it at the time --at. If that fails, it diagnoses why.
func (c *verifyCmd) Run(d Deps) error {
	p, known := provider.For(c.Provider)
	if !known {
		return usageErrorf("unknown provider %q; hookbeam trigger --list shows all", c.Provider)
	}
	secret, err := readSecret(c.SecretFile, c.SecretEnv, d.Env)
	if err != nil {
		return err
	}
	settings, err := parsePairs("--setting", c.Setting, "=")
	if err != nil {
		return err
	}
	if problem := provider.CheckSettings(c.Provider, settings, nil); problem != "" {
		return usageErrorf("%s", problem)
	}
	at := time.Now()
	if c.At != "" {
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return usageErrorf("--at must be an RFC 3339 time such as 2026-01-31T14:41:10Z")
		}
	}
	saved, err := c.capture()
	if err != nil {
		return err
	}
	// An endpoint with these settings is what the server would verify the request with.
	e := &hook.Endpoint{
		Name:      "this one",
		Provider:  c.Provider,
		Verify:    hook.Enforce,
		Tolerance: provider.ToleranceOf(c.Provider),
		Settings:  settings,
		Secrets:   []hook.Secret{{Label: "given", Value: secret}},
	}
	if c.Tolerance != nil {
		e.Tolerance = *c.Tolerance
	}
	f, notes := c.verify(p, e, saved, at)
	result := wire.VerifyResult{
		Verdict:  f.Verdict,
		Reason:   f.Reason,
		Scheme:   f.Check.Scheme,
		Covers:   f.Check.Covers,
		Strength: f.Check.Strength(), SecretUse: wire.NewSecretUse(f.Marks),
		Type:  f.Type,
		Event: f.Event,
		Notes: notes,
	}
	if f.Verdict != hook.Verified {
		diagnosis := c.diagnose(p, e, saved, at).Wire()
		result.Diagnosis, result.Notes = &diagnosis, doubtsOf(e, secret)
	}
	return printVerifyResult(d.Stdio.Out, result, c.JSON, f.Check)
}

// verify verifies each reading of the capture, and returns the result of the first that verifies, with notes about
// what was assumed about the file. If none does, the result is that of the most likely one. Trying is safe: each
// reading is bytes of the file, and a signature proves the one that it matches.
func (c *verifyCmd) verify(p *provider.Provider, e *hook.Endpoint, from *capture, at time.Time) (signature.Result,
	[]string) {
	var first *signature.Result
	for _, reading := range from.bodies {
		for _, address := range from.addresses {
			r := from.with(reading.body)
			f := p.Verify(e, r, signature.ReceiveContext{At: at, URL: address})
			if first == nil {
				first = &f
			}
			if f.Verdict != hook.Verified {
				continue
			}
			var notes []string
			if reading.note != "" {
				notes = append(notes, reading.note)
			}
			if c.URL == "" && address != "" && p.Signature.SignsAddressOf(e, r) {
				notes = append(notes, "The signed address was taken from the request: "+address+".")
			}
			return f, notes
		}
	}
	return *first, nil
}

// diagnose explains why no reading of the capture verifies: by the first reading of which the cause is certain, or by
// the most likely one.
func (c *verifyCmd) diagnose(p *provider.Provider, e *hook.Endpoint, from *capture, at time.Time) diagnose.Diagnosis {
	var first *diagnose.Diagnosis
	for _, reading := range from.bodies {
		r := from.with(reading.body)
		on := signature.ReceiveContext{At: at, URL: from.addresses[0]}
		f := p.Verify(e, r, on)
		r.Verdict, r.Reason, r.Check = f.Verdict, f.Reason, f.Check
		found := diagnose.Run(p, diagnose.Case{Record: r, Endpoint: e, Context: on, Saved: c.saved(from)})
		if found.Genuine {
			return found
		}
		if first == nil {
			first = &found
		}
	}
	return *first
}

// printVerifyResult prints the result, as one line of JSON or as text. It returns errNotVerified if the request does
// not verify. As text, the result is one of
//
//	verified: hmac-sha256, signed body, signed 1m0s before it was received
//	NOTES about the secret and the file
//
//	rejected: signature_mismatch
//	SUMMARY of the diagnosis
//	FIX of its first finding
//	NOTES about the secret
func printVerifyResult(out io.Writer, v wire.VerifyResult, asJSON bool, check hook.Check) (err error) {
	switch {
	case asJSON:
		err = json.NewEncoder(out).Encode(v)
	case v.Verdict == hook.Verified:
		age := ""
		if skew := check.Skew.Round(time.Second); check.Dated && skew < 0 {
			age = fmt.Sprintf(", signed %s after it was received", -skew)
		} else if check.Dated {
			age = fmt.Sprintf(", signed %s before it was received", skew)
		}
		notes := secretNotes(v.SecretUse) + lines(v.Notes)
		_, err = fmt.Fprintf(out, "verified: %s, %s%s\n%s", v.Scheme, v.Strength, age, notes)
	default:
		_, err = fmt.Fprintf(out, "%s: %s\n%s\n%s\n%s",
			v.Verdict, v.Reason, v.Diagnosis.Summary, v.Diagnosis.Findings[0].Fix, lines(v.Notes))
	}
	if err == nil && v.Verdict != hook.Verified {
		return errNotVerified
	}
	return err
}

// lines returns texts as lines.
func lines(texts []string) string {
	all := strings.Join(texts, "\n")
	if all != "" {
		all += "\n"
	}
	return all
}

// doubtsOf returns what may be wrong with the secret of a request that does not verify: what the dashboard says when a
// secret is added, but for how easily it is guessed.
func doubtsOf(e *hook.Endpoint, secret string) (texts []string) {
	for _, d := range provider.CheckSecret(e, secret).Doubts {
		if d.Code != provider.DoubtWeak {
			texts = append(texts, d.Text)
		}
	}
	return texts
}

// secretNotes returns a line for each unusual thing about the secret that matched.
func secretNotes(use wire.SecretUse) (notes string) {
	if use.SecretTrimmed {
		notes += "The secret matched without the white space, quotes or prefix around it.\n"
	}
	if use.SecretAsText {
		notes += "The text of the secret is the key: it was not decoded from base64.\n"
	}
	if use.WeakSecret {
		notes += "The secret is weak: it is short enough to be guessed. Use one of 16 bytes or more.\n"
	}
	return notes
}

// capture reads the request to verify from the file and the flags. Flags are applied after the file: --header adds a
// header, and the query of --url is used if the file has none.
func (c *verifyCmd) capture() (*capture, error) {
	content, err := readFile(c.File)
	if err != nil {
		return nil, err
	}
	from := &capture{record: &hook.Record{
		Delivery: hook.Delivery{Method: c.Method},
		Request:  hook.Request{Body: content},
	}}
	r := from.record
	if c.Request {
		if err := from.readRequest(content); err != nil {
			return nil, err
		}
	}
	for _, line := range c.Header {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return nil, usageErrorf("--header must have the form 'NAME: VALUE'")
		}
		addHeader(r, name, strings.TrimSpace(value))
	}
	if _, query, found := strings.Cut(c.URL, "?"); found && r.Query == "" {
		r.Query = query
	}
	r.ContentType = r.Header("Content-Type")
	from.readBodies()
	from.readAddresses(c.URL)
	return from, nil
}

// addHeader appends a header with its canonical name.
func addHeader(r *hook.Record, name, value string) {
	r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(strings.TrimSpace(name)), Value: value})
}

// readSecret reads a secret from a file, or else from an environment variable. What datafile.SecretText removes is not
// part of it. Anything else around it may be: signature.Clean removes it as a second attempt.
func readSecret(file, variable string, env func(string) string) (string, error) {
	secret := datafile.SecretText([]byte(env(variable)))
	if file != "" {
		var err error
		if secret, err = datafile.ReadSecret(file); err != nil {
			return "", usageErrorf("--secret-file: %w", err)
		}
	}
	if signature.Blank(secret) {
		return "", usageErrorf("pass a secret that is not empty with --secret-file or --secret-env")
	}
	return secret, nil
}

// readFile reads a file, or standard input if name is "-".
func readFile(name string) ([]byte, error) {
	if name == "-" { // limited to the largest body that an endpoint may be configured to receive
		return io.ReadAll(io.LimitReader(os.Stdin, hook.MostMaxBody))
	}
	return os.ReadFile(name)
}
