package trust_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reported is what is right of one folder of reported payloads, or of some of them.
type reported struct {
	folder, variant   string
	only              string      // names the files that are sent: "01 02"; "" is all
	changed           []string    // texts and what they are replaced by
	more              []sentEvent // that are sent beside those of the folder
	provider, account string
	settings          map[string]string
	statuses          map[string]any
	shows             map[string]shown
	board             map[string]string
}

// readReported returns the cases of all folders. It fails if a folder is in no case.
func readReported(t *testing.T, shared string) (cases []payerCase) {
	t.Helper()
	root := filepath.Join(shared, "cases/payments")
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	table := slices.Concat(reportedOfOrders(), reportedOfIntents(), reportedOfAdyenAndPayPal(), reportedOfOthers())
	for _, entry := range entries {
		known := func(r reported) bool { return r.folder == entry.Name() }
		if entry.IsDir() && !slices.ContainsFunc(table, known) {
			t.Errorf("nobody says what is right of %s", entry.Name())
		}
	}
	for _, r := range table {
		name := r.folder
		if r.variant != "" {
			name += ": " + r.variant
		}
		c := payerCase{
			name: name, provider: r.provider, account: r.account, settings: r.settings,
			statuses: r.statuses, shows: r.shows, board: r.board,
			events: append(readPayloads(t, filepath.Join(root, r.folder), &r), r.more...),
		}
		if len(c.events) == 0 {
			t.Errorf("%s has no events", c.name)
		}
		cases = append(cases, c)
	}
	return cases
}

// readPayloads reads the events of a folder: 01.json with the headers in 01.headers.json, or one on each line of
// events.jsonl.
func readPayloads(t *testing.T, folder string, r *reported) (events []sentEvent) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "[0-9][0-9].json"))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(r.changed...)
	for _, file := range files {
		number := strings.TrimSuffix(filepath.Base(file), ".json")
		if r.only != "" && !slices.Contains(strings.Fields(r.only), number) {
			continue
		}
		e := sentEvent{body: changed.Replace(readFile(t, file))}
		headers := strings.TrimSuffix(file, ".json") + ".headers.json"
		if _, err := os.Stat(headers); err == nil {
			if err := json.Unmarshal([]byte(readFile(t, headers)), &e.headers); err != nil {
				t.Fatal(err)
			}
		}
		events = append(events, e)
	}
	if lines := filepath.Join(folder, "events.jsonl"); len(files) == 0 {
		if _, err := os.Stat(lines); err != nil {
			return nil
		}
		for line := range bytes.Lines([]byte(readFile(t, lines))) {
			events = append(events, sentEvent{body: string(bytes.TrimSpace(line))})
		}
	}
	return events
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
