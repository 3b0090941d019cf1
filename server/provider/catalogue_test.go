package provider

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"hookbeam/server/payload"
)

// TestEverySelectorOfTheCatalogueIsParsed finds the selectors in all tables by reflection: ParseSelector accepts each
// one, and none was constructed without it.
func TestEverySelectorOfTheCatalogueIsParsed(t *testing.T) {
	found := map[string]int{}
	for i := range catalogue {
		p := &catalogue[i]
		collectSelectors(reflect.ValueOf(p), func(text string) {
			found[p.ID]++
			if _, err := payload.ParseSelector(text); err != nil {
				t.Errorf("%s: %v", p.ID, err)
			}
		})
	}
	total := 0
	for _, p := range catalogue {
		if found[p.ID] < 3 {
			t.Errorf("%s: only %d selectors", p.ID, found[p.ID])
		}
		total += found[p.ID]
	}
	if total < 500 {
		t.Errorf("only %d selectors: the search does not see the tables", total)
	}
}

// collectSelectors calls use with the text of each selector below v.
func collectSelectors(v reflect.Value, use func(text string)) {
	if v.Type() == reflect.TypeFor[payload.Selector]() {
		if text := v.FieldByName("text").String(); text != "" {
			use(text)
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			collectSelectors(v.Elem(), use)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			collectSelectors(v.Field(i), use)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			collectSelectors(v.Index(i), use)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			collectSelectors(v.MapIndex(key), use)
		}
	}
}

// TestEverySenderSaysHowSureItsFactsAre holds the fields that the catalogue shows: a named sender names its page.
func TestEverySenderSaysHowSureItsFactsAre(t *testing.T) {
	owned := []string{"generic", "generic-hmac", "shared-secret-header"} // the endpoint's owner decides how they sign
	names := map[string]string{}
	for _, p := range All() {
		if !slices.Contains([]Grade{GradeA, GradeB, GradeC}, p.Grade) {
			t.Errorf("%s has the grade %q", p.ID, p.Grade)
		}
		if !strings.HasPrefix(p.Source, "https://") && !slices.Contains(owned, p.ID) {
			t.Errorf("%s has the source %q", p.ID, p.Source)
		}
		if !slices.Contains(Categories(), p.Category) {
			t.Errorf("%s has the category %q", p.ID, p.Category)
		}
		if (p.Grade == GradeA) != (p.Grade.Note() == "") {
			t.Errorf("%s: the note of grade %s is %q", p.ID, p.Grade, p.Grade.Note())
		}
		names[strings.ToLower(p.Name)] = p.ID
	}
	for _, p := range All() {
		for _, alias := range p.Aliases {
			if id, taken := names[strings.ToLower(alias)]; taken {
				t.Errorf("the alias %q of %s is the name of %s", alias, p.ID, id)
			}
		}
	}
}
