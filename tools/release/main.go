// Release makes the files of a release beside the binaries: the texts of third-party licences, the list of components
// (SBOM), archives, checksums and their signature. The Makefile calls it, see make release.
//
//	release licenses -root .. -out THIRD-PARTY-LICENSES.txt
//	release sbom     -root .. -in cyclonedx.json -time 1700000000 -out hookbeam.cdx.json
//	release archive  -time 1700000000 -out hookbeam-linux-amd64.tar.gz hookbeam=bin/hookbeam LICENSE …
//	release checksums -dir dist
//	release sign     -time 1700000000 -key minisign.key dist/checksums.txt
//
// It promises that each file depends only on its sources and on -time, so that a release that is made twice, on any
// machine, is the same byte for byte. Start reading at run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// options are the flags of all commands. Each command uses some of them.
type options struct {
	root, in, out, dir, key string
	seconds                 int64
	args                    []string
}

// time returns the time of the release, which all its files have.
func (o options) time() time.Time { return time.Unix(o.seconds, 0).UTC() }

// run runs the command that args name.
func run(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, options) error{
		"licenses":  writeLicenses,
		"sbom":      writeSBOM,
		"archive":   func(_ context.Context, o options) error { return writeArchive(o) },
		"checksums": func(_ context.Context, o options) error { return writeChecksums(o) },
		"sign":      func(_ context.Context, o options) error { return sign(o) },
	}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("usage: release licenses|sbom|archive|checksums|sign FLAGS…")
	}
	var o options
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.StringVar(&o.root, "root", ".", "the repository")
	flags.StringVar(&o.in, "in", "", "the file to read")
	flags.StringVar(&o.out, "out", "", "the file to write")
	flags.StringVar(&o.dir, "dir", "", "the folder of the release")
	flags.StringVar(&o.key, "key", "", "the file of the minisign secret key")
	flags.Int64Var(&o.seconds, "time", 0, "time of the release, in seconds since 1970")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	o.args = flags.Args()
	if err := commands[args[0]](ctx, o); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return nil
}
