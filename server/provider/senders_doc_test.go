package provider

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// update makes TestTheSendersPageIsUpToDate write the page: go test ./server/provider -run SendersPage -update.
var update = flag.Bool("update", false, "write docs/senders.md")

const sendersPage = "../../docs/senders.md"

// TestTheSendersPageIsUpToDate makes docs/senders.md from the literals and their comments, and compares.
func TestTheSendersPageIsUpToDate(t *testing.T) {
	page := sendersMarkdown(t)
	if *update {
		if err := os.WriteFile(sendersPage, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(sendersPage)
	if err != nil || string(kept) != page {
		t.Errorf("docs/senders.md is not what the catalogue says (%v): "+
			"run go test ./server/provider -run SendersPage -update", err)
	}
}

// TestTheSendersPageSaysWhatASignatureProves looks at one sender of each strength.
func TestTheSendersPageSaysWhatASignatureProves(t *testing.T) {
	page := sendersMarkdown(t)
	for id, want := range map[string]string{
		"stripe":   "Nobody without the secret can change the body or send it much later.",
		"razorpay": "Nobody without the secret can change the body. An old delivery can be sent again.",
		"telegram": "The sender knows the secret. Anyone who reads one request can send others.",
	} {
		_, section, _ := strings.Cut(page, "<a id=\""+id+"\"></a>")
		section, _, _ = strings.Cut(section, "<a id=")
		if !strings.Contains(section, want) {
			t.Errorf("%s: no %q in\n%s", id, want, section)
		}
	}
}

// sendersMarkdown returns the page.
func sendersMarkdown(t *testing.T) string {
	t.Helper()
	comments := literalComments(t)
	var b strings.Builder
	b.WriteString("# Senders\n\n<!-- Made from server/provider: " +
		"go test ./server/provider -run SendersPage -update -->\n\n" +
		"What each sender signs, what that proves, and how to set it up. Grade A is documented and confirmed, B is " +
		"from one source,\nC is not confirmed: compare with the sender's page.\n\n" +
		"| sender | also | grade |\n|---|---|---|\n")
	all := All()
	for _, p := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", p.Name, p.ID, strings.Join(p.Aliases, ", "), p.Grade)
	}
	for i := range all {
		writeSender(&b, &all[i], comments[all[i].ID])
	}
	return b.String()
}

// writeSender writes the section of one sender. comment is that of its literal.
func writeSender(b *strings.Builder, p *Provider, comment string) {
	fmt.Fprintf(b, "\n<a id=%q></a>\n## %s\n\nProvider `%s`, grade %s.", p.ID, p.Name, p.ID, p.Grade)
	if p.Source != "" {
		fmt.Fprintf(b, " Source: <%s>", p.Source)
	}
	b.WriteString("\n")
	for _, paragraph := range strings.Split(comment, "\n\n")[1:] {
		topic, text, labelled := strings.Cut(strings.Join(strings.Fields(paragraph), " "), ": ")
		if labelled && slices.Contains([]string{"Signature", "Event", "Traps"}, topic) {
			fmt.Fprintf(b, "\n**%s.** %s\n", topic, strings.ToUpper(text[:1])+text[1:])
		}
	}
	for i := range p.Signature.Schemes {
		if sc := &p.Signature.Schemes[i]; i == 0 {
			fmt.Fprintf(b, "\n**What it proves.** %s\n", proof(sc))
		}
	}
	b.WriteString("\n**Set up.**\n\n")
	for i, step := range p.Steps {
		fmt.Fprintf(b, "%d. %s\n", i+1, step)
	}
	b.WriteString("\n| what | where |\n|---|---|\n")
	for i := range p.Signature.Schemes {
		sc, legacy := &p.Signature.Schemes[i], ""
		if sc.Legacy {
			legacy = " (weak: only with the setting `legacy`)"
		}
		fmt.Fprintf(b, "| signature | %s%s |\n", place(sc.At), legacy)
	}
	ids, types := joined(p.Identity.Events), joined(p.Identity.JoinedTypes)
	var times []string
	for _, s := range p.Identity.Types {
		types = append(types, place(s))
	}
	for _, s := range p.Identity.Times {
		times = append(times, place(s))
	}
	for _, row := range [][]string{append([]string{"id"}, ids...), append([]string{"type"}, types...),
		append([]string{"time"}, times...)} {
		if len(row) > 1 {
			fmt.Fprintf(b, "| %s | %s |\n", row[0], strings.Join(row[1:], ", or "))
		}
	}
	b.WriteString("\n" + redelivery(p) + "\n")
	if len(p.Challenges) > 0 {
		b.WriteString("\nBefore it sends events it tests the address; Hookbeam answers the test.\n")
	}
	if p.OwnChallenge {
		b.WriteString("\nIf the sender tests the address first, the setting `challenge` says how to answer.\n")
	}
}

// proof says what a delivery that verifies with a scheme proves.
func proof(sc *signature.Scheme) string {
	covers, dated := sc.Covers, !sc.Time.IsZero() || sc.TimeBeside != ""
	switch {
	case sc.Kind == signature.Token || sc.Kind == signature.Basic || covers == hook.CoversNothing:
		return "The sender knows the secret. Anyone who reads one request can send others."
	case covers == hook.CoversTime:
		return "The sender signed the time. The same signature is valid for any body."
	case covers == hook.CoversFields || sc.PerItem:
		return "Nobody without the secret can change the fields that are signed. Other fields prove nothing."
	case dated:
		return "Nobody without the secret can change the body or send it much later."
	default:
		return "Nobody without the secret can change the body. An old delivery can be sent again."
	}
}

// redelivery says how a repeated delivery is recognised.
func redelivery(p *Provider) string {
	if len(p.Identity.Events) == 0 {
		return "Its events have no id, so a redelivery counts as a new event."
	}
	return "A redelivery is recognised by the id."
}

// joined describes texts of several fields for the table.
func joined(joins []payload.Join) (texts []string) {
	for _, join := range joins {
		var parts []string
		for _, s := range join {
			parts = append(parts, place(s))
		}
		texts = append(texts, strings.Join(parts, " with "))
	}
	return texts
}

// place describes a selector for the table.
func place(s payload.Selector) string {
	if _, ok := s.Header(); ok {
		return "`" + strings.Replace(s.String(), "header:", "", 1) + "`"
	}
	if s.String() == "" {
		return "the body"
	}
	return "`" + s.String() + "`"
}

// literalComments returns the comment of each sender's variable by the sender's id.
func literalComments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if decl, ok := d.(*ast.GenDecl); ok && len(decl.Specs) == 1 && decl.Doc != nil {
				if id := literalID(decl.Specs[0]); id != "" {
					comments[id] = decl.Doc.Text()
				}
			}
		}
	}
	return comments
}

// literalID returns the field ID of a variable that is a literal of Provider; "" for anything else.
func literalID(spec ast.Spec) string {
	v, ok := spec.(*ast.ValueSpec)
	if !ok || len(v.Values) != 1 {
		return ""
	}
	literal, ok := v.Values[0].(*ast.CompositeLit)
	if !ok || fmt.Sprint(literal.Type) != "Provider" {
		return ""
	}
	for _, element := range literal.Elts {
		if field, ok := element.(*ast.KeyValueExpr); ok && fmt.Sprint(field.Key) == "ID" {
			return strings.Trim(field.Value.(*ast.BasicLit).Value, `"`)
		}
	}
	return ""
}
