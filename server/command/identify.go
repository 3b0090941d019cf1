package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"hookbeam/server/datafile"
	"hookbeam/server/recognize"
)

// identifyCmd is the command hookbeam identify. It names the senders that a request from a file may be from. It needs
// no server and no network, and stores nothing. A request of no known sender makes it exit with code 1.
type identifyCmd struct {
	File string `arg:"" help:"File with a raw HTTP request, a curl command, headers as lines, names of headers, or a body; - for standard input." placeholder:"FILE"`
	JSON bool   `help:"Print JSON." env:"HOOKBEAM_JSON"`
}

// errNoSender makes the command fail if no sender is known.
var errNoSender = errors.New("no known sender: use the provider generic, or generic-hmac if the request is signed")

// Run prints the senders, most likely first, one per line, with the reasons:
//
//	stripe  Stripe  (high: header Stripe-Signature)
func (c *identifyCmd) Run(d Deps) error {
	text, err := readStart(c.File)
	if err != nil {
		return err
	}
	r, err := recognize.Parse(datafile.FromUTF16(text))
	if err != nil {
		return usageErrorf("%v", err)
	}
	found := recognize.Wire(recognize.Senders(r))
	if c.JSON {
		return json.NewEncoder(d.Stdio.Out).Encode(found)
	}
	for _, f := range found.Candidates {
		_, err := fmt.Fprintf(d.Stdio.Out, "%s  %s  (%s: %s)\n",
			f.Provider, f.Name, f.Confidence, printable(strings.Join(f.Reasons, ", ")))
		if err != nil {
			return err
		}
	}
	if len(found.Candidates) == 0 {
		return errNoSender
	}
	return nil
}

// readStart reads a file, or standard input if name is "-", up to one byte more than recognize.Parse takes.
func readStart(name string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	return io.ReadAll(io.LimitReader(in, recognize.MaxText+1))
}
