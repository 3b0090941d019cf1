package server_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// dialers are the functions, variables and types of libraries that open connections, by import path. All of them go
// around the guard of package outbound. A name that ends in * stands for all that begin so. The list has libraries that
// the program does not use yet: their constructors take a dial function, which is outbound's.
var dialers = map[string][]string{
	"net": {"Dial*", "DefaultResolver", "Resolver", "Lookup*", "ListenPacket", "ListenUDP"},
	"net/http": {
		"DefaultClient",
		"DefaultTransport",
		"Get",
		"Head",
		"Post",
		"PostForm",
		"Client",
		"Transport",
	},
	"net/http/httputil":              {"NewSingleHostReverseProxy", "ReverseProxy", "NewClientConn"},
	"net/rpc":                        {"Dial*"},
	"net/rpc/jsonrpc":                {"Dial*"},
	"net/smtp":                       {"Dial", "SendMail"},
	"net/textproto":                  {"Dial"},
	"crypto/tls":                     {"Dial*"},
	"log/syslog":                     {"Dial", "New", "NewLogger"},
	"syscall":                        {"Connect"},
	"golang.org/x/sys/unix":          {"Connect"},
	"golang.org/x/net/websocket":     {"Dial*"},
	"github.com/gorilla/websocket":   {"DefaultDialer", "Dialer", "NewClient"},
	"github.com/rabbitmq/amqp091-go": {"Dial*"},
	"github.com/nats-io/nats.go":     {"Connect"},
	"github.com/redis/go-redis/v9": {
		"NewClient",
		"NewClusterClient",
		"NewFailoverClient",
		"NewRing",
		"NewUniversalClient",
	},
	"github.com/jackc/pgx/v5":         {"Connect*"},
	"github.com/jackc/pgx/v5/pgxpool": {"New", "NewWithConfig"},
	"google.golang.org/grpc":          {"Dial*", "NewClient"},
	// Its own issuer makes an HTTP client, and tries ports of this machine. Package https has another issuer.
	"github.com/caddyserver/certmagic": {
		"NewACMEIssuer", "ACMEIssuer", "DefaultACME", "Default", "NewDefault", "ZeroSSLIssuer", "DNS01Solver",
		"DNSManager", "FindZoneByFQDN", "TLS", "HTTPS", "Listen", "ManageSync", "ManageAsync",
	},
}

// mayDial are the places outside of package outbound that open connections, each with the reason. A place is a package,
// or a file of it.
var mayDial = map[string]string{
	"server/outbound": "it is the guard",
	"server/client":   "it calls this program's own API at the address that the person at the keyboard gives",
	"server/bench":    "it drives the running binary from outside",

	"server/https/httpstest": "it runs a certificate authority for tests, on this machine",

	"server/command/sender.go":        "it sends a sample to the address that the user gives, usually this machine",
	"server/notify.go":                "it tells the service manager that started this process, on this machine",
	"server/datafile/control_dial.go": "it reaches the server that holds the data folder, on this machine",
}

// TestOnlyTheGuardDials reads every file of the program and fails for one that opens a connection around package
// outbound.
func TestOnlyTheGuardDials(t *testing.T) {
	files, used := 0, map[string]bool{}
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); base == "node_modules" || base == "testdata" || len(base) > 2 && base[0] == '.' {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		files++
		file, err := filepath.Rel("..", name)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		found, err := dialsIn(name, nil)
		if err != nil {
			return err
		}
		for _, place := range []string{file, path.Dir(file)} {
			if _, ok := mayDial[place]; ok {
				used[place] = used[place] || len(found) > 0
				return nil
			}
		}
		for _, one := range found {
			t.Errorf("%s: %s goes around the guard: use outbound, or give mayDial a reason", file, one)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Fatalf("read only %d files: the walk does not see the program", files)
	}
	for place := range mayDial {
		if !used[place] {
			t.Errorf("%s may dial and does not: remove it from mayDial", place)
		}
	}
}

func TestTheDialTestNoticesDialers(t *testing.T) {
	for name, c := range map[string]struct {
		imports, body string
		want          []string
	}{
		"a function": {`"net"`, `var _, _ = net.Dial("tcp", "a:1")`, []string{"net.Dial"}},
		"one of a family": {
			`"net"`, `func f() { net.DialTimeout("tcp", "a:1", 0) }`,
			[]string{"net.DialTimeout"},
		},
		"a name as a value":     {`"net"`, `var d = net.Dial`, []string{"net.Dial"}},
		"a literal":             {`"net"`, `var d = &net.Dialer{}`, []string{"net.Dialer"}},
		"a method of a literal": {`"net"`, `var d = (&net.Dialer{}).DialContext`, []string{"net.Dialer"}},
		"new":                   {`"net/http"`, `var c = new(http.Client)`, []string{"net/http.Client"}},
		"a variable":            {`"net/http"`, `var c http.Client`, []string{"net/http.Client"}},
		"a field that is one":   {`"net/http"`, `type t struct { c http.Client }`, []string{"net/http.Client"}},
		"the global client":     {`"net/http"`, `var c = http.DefaultClient`, []string{"net/http.DefaultClient"}},
		"a copy of the global": {
			`"net/http"`, `var c = http.DefaultTransport.(*http.Transport).Clone()`,
			[]string{"net/http.DefaultTransport"},
		},
		"another name": {`web "net/http"`, `func f() { web.Get("http://a") }`, []string{"net/http.Get"}},
		"no name": {
			`. "net/smtp"`, `func f() { SendMail("", nil, "", nil, nil) }`,
			[]string{"net/smtp without its name"},
		},
		"a version in the path": {
			`"github.com/redis/go-redis/v9"`, `var c = redis.NewClient(nil)`,
			[]string{"github.com/redis/go-redis/v9.NewClient"},
		},
		"a suffix in the path": {
			`"github.com/nats-io/nats.go"`, `var c, _ = nats.Connect("")`,
			[]string{"github.com/nats-io/nats.go.Connect"},
		},
		"a library's dialer": {
			`"github.com/gorilla/websocket"`, `var d = websocket.DefaultDialer`,
			[]string{"github.com/gorilla/websocket.DefaultDialer"},
		},
		"a client that is given": {`"net/http"`, `func f(c *http.Client) { c.Get("http://a") }`, nil},
		"a pointer to one":       {`"net/http"`, `type t struct { c *http.Client }`, nil},
		"the server's side":      {`"net/http"`, `var s = &http.Server{}`, nil},
		"listening":              {`"net"`, `func f() { net.Listen("tcp", ":0") }`, nil},
		"a name of one's own": {
			`"net/http"`, `var net = struct{ Dial func() }{}; var s http.Server; func f() { net.Dial() }`,
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := dialsIn(name+".go", "package p\nimport "+c.imports+"\n"+c.body)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(found, c.want) {
				t.Errorf("found %q, want %q", found, c.want)
			}
		})
	}
}

// dialsIn returns what a file uses of dialers, in order. source is its text, or nil to read it.
func dialsIn(name string, source any) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var found []string
	libraries := map[string]string{} // by the name that the file uses
	for _, spec := range file.Imports {
		library, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if _, dials := dialers[library]; !dials {
			continue
		}
		name := packageName(library)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			found = append(found, library+" without its name")
		}
		libraries[name] = library
	}
	pointers := map[ast.Expr]bool{} // types that are pointed to: somebody else made the value
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.StarExpr:
			pointers[n.X] = true
		case *ast.SelectorExpr:
			of, plain := n.X.(*ast.Ident)
			if plain && !pointers[n] && isDialer(libraries[of.Name], n.Sel.Name) {
				found = append(found, fmt.Sprintf("%s.%s", libraries[of.Name], n.Sel.Name))
			}
		}
		return true
	})
	return found, nil
}

// packageName guesses the name of a package from its path: the last part that is no version, without a suffix.
func packageName(library string) string {
	parts := strings.Split(library, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	last = strings.TrimSuffix(strings.TrimSuffix(last, ".go"), "-go")
	return strings.TrimPrefix(last, "go-")
}

func isDialer(library, name string) bool {
	for _, one := range dialers[library] {
		if begin, family := strings.CutSuffix(one, "*"); one == name || family && strings.HasPrefix(name, begin) {
			return true
		}
	}
	return false
}
