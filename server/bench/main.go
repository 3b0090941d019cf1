//go:build linux

// Bench measures the built binary from outside and prints one table. A row names the measurement, its figure, the
// yardstick's figure, their ratio, and two bounds: the run fails if a row misses its "must"; its "aim" is only
// reported.
//
// A yardstick is the least that a server could do for the same load, such as answering without storing. Absolute
// figures depend on the machine and on what else it does; the ratio of two figures from the same run hardly does. So
// server, yardstick and load are separate processes, rounds of the server alternate with rounds of its yardstick, and
// a ratio is the median of the ratios of the pairs of rounds.
//
// There are five yardsticks, all in yardstick.go:
//
//	null      reads the body and answers 200
//	file      appends the body to a file and syncs it before it answers; concurrent requests share a sync
//	stub      the same with a SQLite table instead of a file
//	prepared  sends each delivery to all WebSockets, with a goroutine and a channel for each (the usual hub)
//	bare      sends it with a plain loop of writes
//
// CPU is that of the server's process, from /proc, and is given per operation: a request, an update sent to one
// reader, a reconnection. Latency is measured by the load. Memory is resident memory. Each method documents its load
// and units.
//
// Start reading at measurements below. Each entry is one method in the file of its subject: receive.go (receiving),
// fanout.go (sending to readers), payments.go (statuses and status pages), rebuild.go (rebuilding statuses), rest.go
// (memory, reconnects, start), start_full.go (start with many deliveries), verify.go and signed.go (signatures), and
// soak.go and soak_load.go (an hour of everything, which runs only if it is named). The load comes from posts.go and
// readers.go, which use epoll on few threads, so that it takes little CPU from the server. compare.go compares two
// binaries with each other instead of with a yardstick, to judge a change.
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
	"slices"
	"strings"
	"syscall"
	"time"
)

// plan says how long and how often everything is measured. There are two plans: full, and quick for a first impression.
// Compare figures of the same plan only, because short rounds have more noise.
type plan struct {
	rounds      int           // for each server; figures are medians over the rounds
	window      time.Duration // length of a round at full load
	latency     time.Duration // length of a round at a fixed rate
	burstFor    time.Duration // length of the burst, which has one round
	rebuilt     int           // deliveries of rebuild and start-full; rounded down to whole parts of rebuildPart
	readers     int           // WebSockets that receive every update
	idleReaders int           // WebSockets that receive nothing, to measure memory
	starts      int           // starts on a folder with data, in addition to freshStarts
	soakFor     time.Duration // length of the soak
}

var (
	full = plan{rounds: 5, window: 2 * time.Second, latency: 6 * time.Second, burstFor: time.Minute,
		rebuilt: 1_000_000, readers: 1000, idleReaders: 10000, starts: 15,
		soakFor: time.Hour}
	quick = plan{rounds: 3, window: 700 * time.Millisecond, latency: 2 * time.Second, burstFor: 6 * time.Second,
		rebuilt: 30_000, readers: 1000, idleReaders: 3000, starts: 7,
		soakFor: 2 * time.Minute}
)

// measurements lists all measurements in the order of the table. -only selects some by name. Those in apart run only if
// they are named.
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
	{"start-full", (*bench).startFull},
	{"watched", (*bench).watched},
	{"verify", (*bench).verify},
	{"statuses", (*bench).statuses},
	{"pages", (*bench).pages},
	{"rebuild", (*bench).rebuild},
	{"soak", (*bench).soak},
}

// apart are measurements that take too long for every run.
var apart = []string{"soak"}

// bench is one run. A measurement is a method: it starts its servers, adds rows to the table and stops what it started,
// also after an error.
type bench struct {
	plan
	together bool            // compare runs both binaries at the same time instead of in turn
	ctx      context.Context // done at the end or at an interrupt, which kills the servers
	self     string          // path of this program, which is also the yardsticks
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

// run parses the flags, measures, and returns how many rows missed their must. With -against it compares two binaries
// and returns 0.
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
	rebuilt := flags.Int("rebuilt", 0, "deliveries of rebuild and start-full; 0: as planned")
	soakFor := flags.Duration("soak", 0, "length of the soak, which runs only with -only soak; 0: as planned")
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
	// The flags change how much is measured. What is measured is the same in every run.
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
	if *rebuilt > 0 {
		b.rebuilt = *rebuilt
	}
	if *soakFor > 0 {
		b.soakFor = *soakFor
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

// measure runs the selected measurements and prints the table. An error in one does not stop the others; all errors are
// returned together.
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

// choose parses the flag -only, a comma-separated list; empty selects all names but those in apart. An unknown name is
// an error.
func choose(names []string, only string) (map[string]bool, error) {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = only == "" && !slices.Contains(apart, n)
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

// prepare creates the temporary folder inside dir and builds the binary, unless one is given. The binary is built as a
// release is: stripped, without cgo.
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
	// A folder of its own, below dir: a run leaves nothing behind, and two runs do not meet.
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
	// Built as a release is built, so that size, start and speed are those of a release.
	b.hookbeam = filepath.Join(b.dir, "hookbeam")
	build := exec.CommandContext(b.ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.hookbeam, "hookbeam")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("build hookbeam: %w\n%s", err, out), os.RemoveAll(b.dir))
	}
	return nil
}

// raiseFileLimit raises the soft limit of open files to the hard limit, for this process and its children. It fails if
// n files would not be allowed.
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
