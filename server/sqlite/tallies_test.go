package sqlite

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hookbeam/server/hook"
)

// countSubjects counts as a start did before there were tallies: by reading all subjects.
const countSubjects = `SELECT endpoint, world, kind, state, parent <> '', review, count(*) FROM subjects
	GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6`

// TestTheTalliesAreThoseOfTheSubjects inserts, changes and deletes subjects in a random order. The tallies must always
// be what counting gives, also after a restart, and a check of the database notices a wrong one.
func TestTheTalliesAreThoseOfTheSubjects(t *testing.T) {
	dir := t.TempDir()
	s := openStatuses(t, dir)
	pick := func(of ...string) string { return of[rand.IntN(len(of))] }
	for step := range 600 {
		key := int64(1 + rand.IntN(40))
		var err error
		if rand.IntN(4) == 0 {
			err = s.write.exec(`DELETE FROM subjects WHERE key = ?`, key)
		} else {
			endpoint, environment := fmt.Sprint("ep_", key%3), []string{"", "test"}[key%2]
			err = s.write.exec(putSubject, key, int64(step), endpoint, environment, "payment",
				pick("", "paid", "failed"), int64(1), "", int64(0), "{}", "", "", pick("", "", "sub_1", "sub_2"),
				pick("", "", ",disputed,"))
		}
		if err != nil {
			t.Fatal(err)
		}
		if step%20 == 0 {
			sameTallies(t, s)
		}
	}
	sameTallies(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStatuses(t, dir)
	defer func() { _ = s.Close() }()
	sameTallies(t, s)
	if err := s.write.exec(`UPDATE tallies SET number = number + 1`); err != nil {
		t.Fatal(err)
	}
	for query, words := range statusesKind.consistent {
		n, err := s.write.value(query)
		if wrong := words == "%d numbers of statuses are wrong"; err != nil || wrong != (n != int64(0)) {
			t.Errorf(words+": %v", n, err)
		}
	}
}

func sameTallies(t *testing.T, s *Statuses) {
	t.Helper()
	got, err := s.Tallies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.read.QueryContext(t.Context(), countSubjects)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var want []hook.SubjectCount
	for rows.Next() {
		var c hook.SubjectCount
		var review string
		if err := rows.Scan(&c.Endpoint, &c.Environment, &c.Kind, &c.State, &c.Inside, &review, &c.Count); err != nil {
			t.Fatal(err)
		}
		c.Review = readReviews(review)
		want = append(want, c)
	}
	if diff := cmp.Diff(want, got); diff != "" || rows.Err() != nil {
		t.Fatalf("%v %s", rows.Err(), diff)
	}
}
