package api

import (
	"reflect"
	"strings"

	"hookbeam/server/configfile"
)

// ConfigSchema returns what an endpoint in hookbeam.yaml can hold: the fields of ConfigEndpoint, as they are in JSON.
func ConfigSchema() *configfile.Schema { return schemaOf(reflect.TypeFor[ConfigEndpoint]()) }

// schemaOf returns the schema of a type of request bodies.
func schemaOf(t reflect.Type) *configfile.Schema {
	if nullable, is := reflect.Zero(t).Interface().(interface{ element() reflect.Type }); is {
		s := schemaOf(nullable.element())
		s.Null = true
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.Struct:
		s := &configfile.Schema{Kind: configfile.Object, Fields: map[string]*configfile.Schema{}}
		addFields(s, t)
		return s
	case reflect.Map:
		return &configfile.Schema{Kind: configfile.Map, Items: schemaOf(t.Elem())}
	case reflect.Slice:
		return &configfile.Schema{Kind: configfile.List, Items: schemaOf(t.Elem())}
	case reflect.Bool:
		return &configfile.Schema{Kind: configfile.Boolean}
	case reflect.Int, reflect.Int64:
		return &configfile.Schema{Kind: configfile.Integer}
	default:
		return &configfile.Schema{Kind: configfile.Text}
	}
}

// addFields adds the fields of a struct, with those of the structs that it embeds.
func addFields(s *configfile.Schema, t reflect.Type) {
	for field := range t.Fields() {
		if field.Anonymous {
			addFields(s, field.Type)
			continue
		}
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
			s.Fields[name] = schemaOf(field.Type)
		}
	}
}
