package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"hookbeam/server/diagnose"
	"hookbeam/server/hook"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
	"hookbeam/server/wire"
)

// verifyCmd is hookbeam verify: it checks one request from a file, offline.
type verifyCmd struct {
	File string `arg:"" help:"File with the body, byte for byte; - for standard input." placeholder:"FILE"`

	Provider   string        `help:"The provider, for example stripe." default:"generic" placeholder:"NAME"`
	SecretFile string        `help:"File with the secret to verify with. There is no flag for the secret itself, because process lists are public." xor:"with" placeholder:"FILE"`
	SecretEnv  string        `help:"Environment variable with the secret to verify with." xor:"with" placeholder:"VARIABLE"`
	Request    bool          `help:"The file is a complete HTTP/1.1 request: request line, headers, empty line, body."`
	Header     []string      `help:"A header of the request." sep:"none" placeholder:"'NAME: VALUE'"`
	Method     string        `help:"HTTP method of the request." default:"POST"`
	URL        string        `help:"URL that the request was sent to, as the sender knows it. Some providers sign it." placeholder:"URL"`
	Setting    []string      `help:"One of the provider's settings, such as webhook_id=WH-1 for PayPal." sep:"none" placeholder:"NAME=VALUE"`
	At         string        `help:"Time of receipt in RFC 3339; default: now." placeholder:"TIME"`
	Tolerance  time.Duration `help:"Timestamp tolerance: how old the signature may be; 0s = any age." default:"5m"`
	JSON       bool          `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// errNotVerified ends a command whose answer, already printed, is no.
var errNotVerified = errors.New("it does not verify")

// Run checks one request as the server would, and says why where it fails. Nothing is stored, nothing is sent.
func (c *verifyCmd) Run(d Deps) error {
	p, known := provider.For(c.Provider)
	if !known {
		return misuse("%q is no provider; hookbeam trigger --list shows them", c.Provider)
	}
	secret, err := readSecret(c.SecretFile, c.SecretEnv, d.Env)
	if err != nil {
		return err
	}
	settings, err := parsePairs("--setting", c.Setting, "=")
	if err != nil {
		return err
	}
	at := time.Now()
	if c.At != "" {
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return misuse("--at is a time such as 2026-01-31T14:41:10Z")
		}
	}
	r, err := c.record()
	if err != nil {
		return err
	}
	e := &hook.Endpoint{
		Name:      "this one",
		Provider:  c.Provider,
		Verify:    hook.Enforce,
		Tolerance: c.Tolerance,
		Settings:  settings,
		Secrets:   []hook.Secret{{Label: "given", Value: secret}},
	}
	on := signature.ReceiveContext{At: at, URL: c.URL}
	f := p.Verify(e, r, on)
	r.Verdict, r.Reason, r.Check = f.Verdict, f.Reason, f.Check
	said := wire.VerifyResult{
		Verdict:  f.Verdict,
		Reason:   f.Reason,
		Scheme:   f.Check.Scheme,
		Covers:   f.Check.Covers,
		Strength: f.Check.Strength(),
		Type:     f.Type,
		Event:    f.Event,
	}
	if f.Verdict != hook.Verified {
		diagnosis := diagnose.Run(p, diagnose.Case{Record: r, Endpoint: e, Context: on}).Wire()
		said.Diagnosis = &diagnosis
	}
	return printVerifyResult(d.Stdio.Out, said, c.JSON, f.Check)
}

// printVerifyResult prints the result as JSON or for people. Its error is errNotVerified if the request is not verified.
func printVerifyResult(out io.Writer, v wire.VerifyResult, asJSON bool, check hook.Check) (err error) {
	switch {
	case asJSON:
		err = json.NewEncoder(out).Encode(v)
	case v.Verdict == hook.Verified:
		age := ""
		if skew := check.Skew.Round(time.Second); check.Dated && skew < 0 {
			age = fmt.Sprintf(", signed %s after it came", -skew)
		} else if check.Dated {
			age = fmt.Sprintf(", signed %s before it came", skew)
		}
		_, err = fmt.Fprintf(out, "verified: %s, %s%s\n", v.Scheme, v.Strength, age)
	default:
		_, err = fmt.Fprintf(
			out,
			"%s: %s\n%s\n%s\n",
			v.Verdict,
			v.Reason,
			v.Diagnosis.Summary,
			v.Diagnosis.Findings[0].Fix,
		)
	}
	if err == nil && v.Verdict != hook.Verified {
		return errNotVerified
	}
	return err
}

// record reads the request.
func (c *verifyCmd) record() (*hook.Record, error) {
	content, err := readFile(c.File)
	if err != nil {
		return nil, err
	}
	r := &hook.Record{Delivery: hook.Delivery{Method: c.Method, Path: "/"}, Request: hook.Request{Body: content}}
	if c.Request {
		if err := readRequest(content, r); err != nil {
			return nil, err
		}
	}
	for _, line := range c.Header {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return nil, misuse("--header is 'Name: value'")
		}
		addHeader(r, name, strings.TrimSpace(value))
	}
	if _, query, found := strings.Cut(c.URL, "?"); found && r.Query == "" {
		r.Query = query
	}
	r.Size, r.ContentType = int64(len(r.Body)), r.Header("Content-Type")
	return r, nil
}

func addHeader(r *hook.Record, name, value string) {
	r.Headers = append(r.Headers, hook.Header{Name: http.CanonicalHeaderKey(strings.TrimSpace(name)), Value: value})
}

// readRequest takes a request apart; its body is what follows the empty line, whatever its headers say of its length.
func readRequest(content []byte, r *hook.Record) error {
	head, body, found := bytes.Cut(content, []byte("\r\n\r\n"))
	if !found {
		head, body, found = bytes.Cut(content, []byte("\n\n"))
	}
	lines := bufio.NewScanner(bytes.NewReader(head))
	lines.Buffer(nil, 1<<20)
	if !found || !lines.Scan() {
		return misuse("the file holds no request: its first line, its headers, an empty line, its body")
	}
	words := strings.Fields(lines.Text())
	if len(words) != 3 {
		return misuse("the file's first line is no request line such as POST / HTTP/1.1")
	}
	r.Method = words[0]
	_, r.Query, _ = strings.Cut(words[1], "?")
	for lines.Scan() {
		name, value, found := strings.Cut(lines.Text(), ":")
		if !found {
			return misuse("%q in the file is no header", lines.Text())
		}
		addHeader(r, name, strings.TrimSpace(value))
	}
	r.Host, r.Body = r.Header("Host"), body
	return lines.Err()
}

// readSecret reads what to check with. A line break at its end is not part of it.
func readSecret(file, variable string, env func(string) string) (string, error) {
	secret := env(variable)
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		secret = string(text)
	}
	if secret = strings.TrimRight(secret, "\r\n"); secret == "" {
		return "", misuse("name the secret to check with by --secret-file or --secret-env, and let it not be empty")
	}
	return secret, nil
}

func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, hook.MostMaxBody))
	}
	return os.ReadFile(name)
}
