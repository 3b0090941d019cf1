package sqlite

import (
	"cmp"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	diff "github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// classes are the kinds of state that a table can hold. They decide where a table lives once several machines share one
// log: in the shared engine (log, registry) or in each machine's own file (projection, node).
var classes = []string{
	"log",        // records, and facts that outlive them: they cannot be made again
	"registry",   // what people configure, and progress that must survive a machine
	"projection", // derived from the log: it can be deleted and derived again
	"node",       // caches and counters of one machine
}

// classLine is how a migration declares the class of a table: "-- class deliveries: log".
var classLine = regexp.MustCompile(`(?m)^-- class (\S+): (\S+)$`)

// TestEveryTableHasAClass opens the two databases as the program does, and compares their tables with the classes that
// the migrations declare.
func TestEveryTableHasAClass(t *testing.T) {
	dir := t.TempDir()
	seen, err := CheckRelease(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	log, err := Open(t.Context(), dir, options(Options{Checked: seen}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	databases := NewStatusDatabases(t.Context(), dir, slog.New(slog.DiscardHandler), seen, false)
	statuses, err := databases.Open(t.Context(), hook.ProjectionOrigin{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := statuses.Close(); err != nil {
			t.Error(err)
		}
	})
	for name, of := range schemas {
		t.Run(name, func(t *testing.T) {
			tables := rows(t, plainly(t, filepath.Join(dir, name)),
				`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`)
			if len(tables) < 4 {
				t.Fatalf("only %q: the test does not see the tables", tables)
			}
			for _, broken := range classViolations(tables, migrationTexts(t, of)) {
				t.Error(broken)
			}
		})
	}
}

func TestTheClassTestNoticesViolations(t *testing.T) {
	const a, c = "-- class a: log\n", "-- class c: node\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"right":           {a + "CREATE TABLE a (b);\n" + c, nil},
		"missing":         {a, []string{"c has no class"}},
		"two":             {a + c + "-- class c: log\n", []string{"c has 2 classes: node, log"}},
		"the same twice":  {a + c + c, []string{"c has 2 classes: node, node"}},
		"unknown":         {"-- class a: logs\n" + c, []string{`a has the class "logs", which is none of `}},
		"no such table":   {a + c + "-- class d: node\n", []string{"d has a class, but there is no such table"}},
		"not a statement": {a + "  -- class c: node\n", []string{"c has no class"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := classViolations([]string{"a", "c"}, c.text)
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Error(diff.Diff(c.want, got))
			}
		})
	}
}

// migrationTexts returns the migrations of a database, joined.
func migrationTexts(t *testing.T, of schema) string {
	t.Helper()
	names, err := fs.Glob(migrations, of.migrations+"/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// classViolations returns a sentence for each table that has no valid class, and for each class without a table.
func classViolations(tables []string, text string) []string {
	declared := map[string][]string{}
	for _, m := range classLine.FindAllStringSubmatch(text, -1) {
		declared[m[1]] = append(declared[m[1]], m[2])
	}
	var broken []string
	for _, table := range tables {
		got := declared[table]
		switch {
		case len(got) == 0:
			broken = append(
				broken,
				table+` has no class: put a line "-- class `+table+`: CLASS" before its CREATE TABLE`,
			)
		case len(got) > 1:
			broken = append(broken, fmt.Sprintf("%s has %d classes: %s", table, len(got), strings.Join(got, ", ")))
		case !slices.Contains(classes, got[0]):
			broken = append(broken, fmt.Sprintf("%s has the class %q, which is none of %s",
				table, got[0], strings.Join(classes, ", ")))
		}
	}
	for table := range declared {
		if !slices.Contains(tables, table) {
			broken = append(broken, table+" has a class, but there is no such table: remove the line")
		}
	}
	slices.SortFunc(broken, cmp.Compare[string])
	return broken
}
