//go:build linux

// Bench measures the built binary from outside and prints one table. A row names the measurement, its figure, the
// yardstick's figure and the bounds: "must" fails the run, "aim" is reported only.
//
// A yardstick is the least that a server could do for the same load, such as answering without storing. Server and load
// are separate processes. Rounds of the server alternate with rounds of its yardstick, and a ratio is the median of the
// rounds' own ratios. So a ratio means the same on another machine, and on a busy one; absolute figures do not.
//
// Start reading at measurements below. Each entry is one method in the file of its subject: receive.go (receiving),
// fanout.go (telling readers), payments.go (statuses and status pages), rest.go (memory, reconnects, start), verify.go
// and signed.go (signatures). The load comes from posts.go and readers.go, which use epoll on few threads, so that the
// load itself takes little CPU. compare.go holds one binary against another instead of against a yardstick.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// plan is how much of everything is done. There are two: full, and quick for a look while working. Their figures can be
// compared with their own kind only, because a short round has more noise.
type plan struct {
	rounds      int           // of each side; the figures are medians over them
	window      time.Duration // of a saturated round
	latency     time.Duration // of a paced round
	burstFor    time.Duration // of the burst, which has one round
	readers     int           // WebSockets that are told everything
	idleReaders int           // WebSockets that are told nothing, for memory
	starts      int           // on a folder with data; freshStarts come beside them
}

var (
	full = plan{rounds: 5, window: 2 * time.Second, latency: 6 * time.Second, burstFor: time.Minute, readers: 1000,
		idleReaders: 10000, starts: 15}
	quick = plan{rounds: 3, window: 700 * time.Millisecond, latency: 2 * time.Second, burstFor: 6 * time.Second,
		readers: 1000, idleReaders: 3000, starts: 7}
)

// measurements are in the order of the table. The option -only chooses some of them by name.
var measurements = []struct {
	name string
	run  func(*bench) error
}{
	{"receive", (*bench).receive},
	{"signed", (*bench).signed},
	{"paced", (*bench).paced},
	{"burst", (*bench).burst},
	{"browser", (*bench).browser},
	{"saturated", (*bench).saturated},
	{"unsaturated", (*bench).unsaturated},
	{"memory", (*bench).memory},
	{"storm", (*bench).storm},
	{"start", (*bench).start},
	{"watched", (*bench).watched},
	{"verify", (*bench).verify},
	{"statuses", (*bench).statuses},
	{"pages", (*bench).pages},
}

// bench is one run. A measurement is a method of it: it starts its servers, adds its rows to the table and stops what
// it started, also after an error.
type bench struct {
	plan
	together bool            // compare runs both binaries at once instead of in turn
	ctx      context.Context // ends with the run or an interrupt; servers are killed then
	self     string          // this program, for the yardsticks
	hookbeam string          // the binary under test
	dir      string          // for data and logs; removed at the end
	table    table
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "yardstick" {
		if err := yardstick(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "yardstick:", err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	missed, err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || missed > 0 {
		os.Exit(1)
	}
}

// run returns how many musts were missed.
func run(ctx context.Context, args []string) (int, error) {
	names := make([]string, len(measurements))
	for i, m := range measurements {
		names[i] = m.name
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	binary := flags.String("bin", "", "the hookbeam `binary` to measure; empty: build one, stripped")
	short := flags.Bool("quick", false, "fewer and shorter rounds: under 90 s, and noisier")
	only := flags.String("only", "", "measure only these, by comma: "+strings.Join(names, ", ")+
		"; with -against: "+strings.Join(comparedNames(), ", "))
	rounds := flags.Int("rounds", 0, "rounds of each measurement; 0: as planned")
	window := flags.Duration("window", 0, "length of a saturated round; 0: as planned")
	together := flags.Bool("together", false, "with -against: both rounds of a pair at once, so that whatever "+
		"disturbs one disturbs the other")
	against := flags.String("against", "",
		"measure CPU, rate and p99 against this `binary` instead, in pairs of rounds")
	dir := flags.String("dir", "bin",
		"where data is kept for the time of the run; on a real disk, or syncing costs nothing")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	b := &bench{plan: full, ctx: ctx}
	if *short {
		b.plan = quick
	}
	if *rounds > 0 {
		b.rounds = *rounds
	}
	b.together = *together
	if *window > 0 {
		b.window = *window
	}
	if *against != "" {
		names = comparedNames()
	}
	wanted, err := choose(names, *only)
	if err != nil {
		return 0, err
	}
	if err := b.prepare(*binary, *dir); err != nil {
		return 0, err
	}
	defer os.RemoveAll(b.dir)
	if *against != "" {
		return 0, b.compare(os.Stdout, *against, wanted)
	}
	return b.measure(wanted)
}

func (b *bench) measure(wanted map[string]bool) (int, error) {
	var failed []error
	for _, m := range measurements {
		if b.ctx.Err() != nil || !wanted[m.name] {
			continue
		}
		fmt.Fprintf(os.Stderr, "bench: %s …\n", m.name)
		if err := m.run(b); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", m.name, err))
		}
	}
	missed := b.table.print(os.Stdout)
	return missed, errors.Join(append(failed, b.ctx.Err())...)
}

func choose(names []string, only string) (map[string]bool, error) {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = only == ""
	}
	if only == "" {
		return wanted, nil
	}
	for _, n := range strings.Split(only, ",") {
		if _, known := wanted[n]; !known {
			return nil, fmt.Errorf("nothing is called %q; there are %s", n, strings.Join(names, ", "))
		}
		wanted[n] = true
	}
	return wanted, nil
}

// prepare makes the folder and the binary.
func (b *bench) prepare(binary, dir string) error {
	var err error
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if err := raiseFileLimit(uint64(b.idleReaders) + 2000); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(dir, "bench-"); err != nil {
		return err
	}
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	if binary != "" {
		b.hookbeam, err = filepath.Abs(binary)
		return err
	}
	b.hookbeam = filepath.Join(b.dir, "hookbeam")
	build := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.hookbeam, "hookbeam")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("build hookbeam: %w\n%s", err, out), os.RemoveAll(b.dir))
	}
	return nil
}

// raiseFileLimit makes room for n open sockets, here and in the children.
func raiseFileLimit(n uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	if limit.Max < n {
		return fmt.Errorf("only %d open files are allowed (ulimit -n) and %d are needed", limit.Max, n)
	}
	limit.Cur = limit.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
