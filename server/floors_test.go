package server_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "hookbeam"

// floors gives each package of the program its floor. A package imports only from floors below its own.
var floors = map[string]int{
	"server/hook": 0, "server/datafile": 0, "server/meter": 0, "server/seal": 0, "server/archive": 0,

	"server/wire": 1, "server/payload": 1, "server/payments": 1,

	"server/filter": 2, "server/payments/paymentstest": 2, "server/logtest": 2, "server/extract/extracttest": 2,

	"server/configfile": 3,

	"server/access": 3, "server/live": 3, "server/follow": 3, "server/outbound": 3, "server/sqlite": 3,
	"server/metrics": 3,
	"server/https":   3, "server/https/httpstest": 2,

	"server/signature": 4, "server/extract/expr": 4,

	"server/extract": 5, "server/challenge": 5,

	"server/provider": 6,

	"server/sample": 7, "server/diagnose": 7, "server/recognize": 7,

	"server/intake": 8, "server/status": 8, "server/client": 8, "web": 8,

	"server/api": 9, "server/doctor": 9,

	"server": 10, "server/command": 10,

	"": 11, // main.go, where command, server, web and ui meet

	"server/bench": 11, "server/trust": 11, // see outsiders

	"deploy": 11, // tests only: they run what the README says
}

// outsiders look at the running binary from outside, so they may use any library.
var outsiders = []string{"server/bench", "server/trust"}

// only narrows what some packages may import of the program, beyond their floor.
var only = map[string][]string{
	"server/hook": {}, "server/datafile": {}, "server/meter": {}, "server/seal": {}, "server/archive": {},
	"server/payments": {"server/hook"},
	"web":             {"server/hook", "server/access", "server/wire"},
	"server/bench": {
		"server/hook",
		"server/provider",
		"server/signature",
		"server/sample",
	}, "server/trust": {"server/hook"},
}

// standardOnly are the packages that use no outside library, because everything else imports them.
var standardOnly = []string{"server/hook", "server/meter", "server/payments"}

// addresses says where each outside library lives. A longer path wins over a shorter one. Tests may use any library:
// they play the far ends.
var addresses = map[string][]string{
	"database/sql":                  {"server/sqlite"},
	"modernc.org/sqlite":            {"server/sqlite"},
	"github.com/pressly/goose":      {"server/sqlite"},
	"github.com/gorilla/websocket":  {"server/api"},
	"github.com/danielgtaylor/huma": {"server/api"},
	"github.com/a-h/templ":          {"web"},
	"github.com/alexedwards/scs":    {"server/access"},
	"github.com/hashicorp/golang-lru": {
		"server/access",
		"server/intake",
		"server/live",
		"server/status",
	}, // a bounded map
	"github.com/realclientip":          {"server/access"},
	"golang.org/x/crypto":              {"server/seal"},
	"golang.org/x/sys":                 {"server/datafile"},
	"golang.org/x/text/unicode/norm":   {"server/signature"},
	"golang.org/x/time/rate":           {"server/access", "server/intake"},
	"github.com/alecthomas/kong":       {"server/command"},
	"go.yaml.in/yaml/v3":               {"server/configfile"},
	"github.com/golang-jwt/jwt":        {"server/access", "server/signature"},
	"github.com/expr-lang/expr":        {"server/extract/expr"},
	"github.com/tidwall/gjson":         {"server/payload", "server/sample", "server/diagnose"},
	"github.com/tidwall/sjson":         {"server/signature", "server/sample"},
	"github.com/caddyserver/certmagic": {"server/https"},
	"github.com/mholt/acmez":           {"server/https"},
	"go.uber.org/zap":                  {"server/https"}, // the log of certmagic
	"golang.org/x/net/idna":            {"server/https"},
	"golang.org/x/net/dns/dnsmessage":  {"server/https/httpstest"},
}

// source is one Go file: the package that it is part of, and what it imports.
type source struct {
	pkg     string // folder below the module's root, "" for the root itself
	test    bool
	imports []string
}

// TestEveryPackageImportsOnlyFromTheFloorsBelow holds the house of docs/architecture.md against the imports of every
// file in it.
func TestEveryPackageImportsOnlyFromTheFloorsBelow(t *testing.T) {
	sources := readSources(t, "..")
	if len(sources) < 10 {
		t.Fatalf("read only %d files: the walk does not see the program", len(sources))
	}
	for _, s := range sources {
		for _, broken := range violations(s) {
			t.Error(broken)
		}
	}
}

// pathInPage is a path in docs/architecture.md: between backticks and with a slash, and without what only stands for
// many.
var pathInPage = regexp.MustCompile(
	"`((?:server|web|ui|docs|scripts|tools|testdata)/[^`*… ]*)`|\\]\\(\\.\\./([^)#]+)\\)",
)

// TestTheArchitecturePageNamesWhatExists holds the page's paths and floors against the program.
func TestTheArchitecturePageNamesWhatExists(t *testing.T) {
	page, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	today, _, _ := strings.Cut(string(page), "\n## Where things were before\n")
	found := pathInPage.FindAllStringSubmatch(today, -1)
	if len(found) < 50 {
		t.Fatalf("found only %d paths", len(found))
	}
	for _, match := range found {
		name := match[1] + match[2]
		if _, err := os.Stat(filepath.Join("..", name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for pkg, floor := range floors {
		if pkg == "" || floor > 10 {
			continue
		}
		row := regexp.MustCompile(
			fmt.Sprintf("(?m)^\\| %d \\|[^|]*`%s`", floor, regexp.QuoteMeta(strings.TrimPrefix(pkg, "server/"))),
		)
		if !row.Match(page) {
			t.Errorf("%s is not on floor %d of the page", pkg, floor)
		}
	}
}

func TestTheFloorsTestNoticesViolations(t *testing.T) {
	inCode := func(folder string, imports ...string) source { return source{folder, false, imports} }
	inTest := func(folder string, imports ...string) source { return source{folder, true, imports} }
	for name, c := range map[string]struct {
		source
		want string // part of the complaint; empty: none
	}{
		"below":                       {inCode("server/api", "hookbeam/server/intake", "net/http"), ""},
		"two floors below":            {inCode("server", "hookbeam/server/hook"), ""},
		"above":                       {inCode("server/sqlite", "hookbeam/server/api"), "is above"},
		"beside":                      {inCode("server/live", "hookbeam/server/sqlite"), "is beside"},
		"beside, in a test":           {inTest("server/follow", "hookbeam/server/sqlite"), ""},
		"above, in a test":            {inTest("server/follow", "hookbeam/server/intake"), "is above"},
		"server to web":               {inCode("server", "hookbeam/web"), "never imports web"},
		"server to web, in a test":    {inTest("server/api", "hookbeam/web"), "never imports web"},
		"web beyond its two":          {inCode("web", "hookbeam/server/live"), "may import only"},
		"main":                        {inCode("", "hookbeam/server", "hookbeam/web"), ""},
		"importing main":              {inCode("server", "hookbeam"), "is above"},
		"unknown package":             {inCode("server/util"), "has no floor"},
		"import of an unknown one":    {inCode("server/api", "hookbeam/server/util"), "has no floor"},
		"hook stays with the library": {inCode("server/hook", "github.com/google/uuid"), "standard library only"},
		"meter stays with it too":     {inCode("server/meter", "github.com/google/uuid"), "standard library only"},
		"library at its address":      {inCode("server/sqlite", "modernc.org/sqlite/lib"), ""},
		"library away":                {inCode("server/intake", "database/sql"), "lives in server/sqlite"},
		"its sub-package away": {
			inCode("server/intake", "github.com/pressly/goose/v3"),
			"lives in server/sqlite",
		},
		"library away, in a test":    {inTest("server/intake", "github.com/gorilla/websocket"), ""},
		"library without an address": {inCode("server/api", "github.com/left/pad"), "has no address"},
		"a name that only begins so": {inCode("web", "github.com/a-h/templates"), "has no address"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(violations(c.source), "\n")
			if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q in it", got, c.want)
			}
		})
	}
}

// violations returns a sentence for each import of s that breaks a rule.
func violations(s source) []string {
	if _, known := floors[s.pkg]; !known {
		return []string{
			fmt.Sprintf("%s has no floor: give it one in floors_test.go and in docs/architecture.md", s.pkg),
		}
	}
	var broken []string
	for _, imported := range s.imports {
		complain := inside
		if imported != module && !strings.HasPrefix(imported, module+"/") {
			complain = outside
		}
		if why := complain(s, imported); why != "" {
			broken = append(broken, fmt.Sprintf("%s imports %s: %s", display(s.pkg), imported, why))
		}
	}
	return broken
}

// inside judges an import of one of the program's own packages; "" is fine.
func inside(s source, imported string) string {
	target := strings.TrimPrefix(strings.TrimPrefix(imported, module), "/")
	floor, known := floors[target]
	allowed, narrowed := only[s.pkg]
	switch {
	case target == s.pkg: // an external test of its own package
		return ""
	case s.test && target == s.pkg+"/"+path.Base(s.pkg)+"test": // what its tests share with those of other packages
		return ""
	case !known:
		return "it has no floor"
	case target == "web" && strings.HasPrefix(s.pkg, "server"):
		return "server never imports web"
	case floor > floors[s.pkg]:
		return "it is above"
	case floor == floors[s.pkg] && !s.test:
		return "it is beside"
	case narrowed && !s.test && !slices.Contains(allowed, target):
		return fmt.Sprintf("it may import only %q", allowed)
	}
	return ""
}

// outside judges an import of anything else; "" is fine.
func outside(s source, imported string) string {
	library := ""
	for prefix := range addresses {
		if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && len(prefix) > len(library) {
			library = prefix
		}
	}
	standard := !strings.Contains(strings.SplitN(imported, "/", 2)[0], ".")
	switch {
	case s.test || slices.Contains(outsiders, s.pkg):
		return ""
	case slices.Contains(standardOnly, s.pkg) && !standard:
		return "it is kept to the standard library only"
	case library == "" && !standard:
		return "it has no address: choose one package for it in floors_test.go"
	case library != "" && !slices.Contains(addresses[library], s.pkg):
		return fmt.Sprintf("it lives in %s", display(strings.Join(addresses[library], ", ")))
	}
	return ""
}

func display(pkg string) string {
	if pkg == "" {
		return "main"
	}
	return pkg
}

// readSources parses the imports of every Go file of the module at root, whatever its build tags.
func readSources(t *testing.T, root string) []source {
	t.Helper()
	var sources []source
	skipped := []string{"node_modules", "testdata", "tools", "bin", "sdks"}
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && file != root && (strings.HasPrefix(name, ".") || slices.Contains(skipped, name)) {
			return filepath.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(file))
		if err != nil {
			return err
		}
		s := source{pkg: strings.TrimPrefix(filepath.ToSlash(folder), "."), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, imported)
		}
		sources = append(sources, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}
