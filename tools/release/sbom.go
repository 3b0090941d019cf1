package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// writeSBOM completes the list of components that cyclonedx-gomod read from a binary (o.in), and writes it to o.out: it
// sets the licences of Go modules, adds the dashboard's npm packages, and replaces what depends on the machine or on
// the moment.
func writeSBOM(ctx context.Context, o options) error {
	text, err := os.ReadFile(o.in)
	if err != nil {
		return err
	}
	modules, err := goModules(ctx, o.root)
	if err != nil {
		return err
	}
	packages, err := npmPackages(o.root)
	if err != nil {
		return err
	}
	made, err := completeSBOM(text, modules, packages, o.time())
	if err != nil {
		return err
	}
	return os.WriteFile(o.out, made, 0o644)
}

// object is a JSON object of CycloneDX, https://cyclonedx.org/docs/1.6/json/.
type object = map[string]any

// completeSBOM returns text with licences, packages, a time and a serial number that is derived from the content.
func completeSBOM(text []byte, modules, packages []component, at time.Time) ([]byte, error) {
	var bom object
	if err := json.Unmarshal(text, &bom); err != nil {
		return nil, err
	}
	metadata, _ := bom["metadata"].(object)
	subject, _ := metadata["component"].(object)
	ref, _ := subject["bom-ref"].(string)
	if ref == "" {
		return nil, fmt.Errorf("the list of components names no program")
	}
	subject["licenses"] = spdx("Apache-2.0")
	metadata["timestamp"] = at.Format(time.RFC3339)
	removeToolHashes(metadata) // they are those of this machine's cyclonedx-gomod
	licenses := map[string]string{}
	for _, m := range modules {
		licenses[m.name] = m.license
	}
	withoutOwn(bom)
	components, _ := bom["components"].([]any)
	for _, item := range components {
		c, _ := item.(object)
		name, _ := c["name"].(string)
		if licenses[name] == "" {
			return nil, fmt.Errorf("the binary contains %q, which go list does not name", name)
		}
		c["licenses"] = spdx(licenses[name])
	}
	refs := make([]any, 0, len(packages))
	for _, p := range packages {
		c := npmComponent(p)
		components, refs = append(components, c), append(refs, c["bom-ref"])
	}
	bom["components"] = components
	addDependencies(bom, ref, refs)
	return withSerialNumber(bom)
}

// withoutOwn returns a value of CycloneDX without the folders of this repository that are in the place of a library,
// and without references to them: they are part of the program.
func withoutOwn(value any) any {
	switch v := value.(type) {
	case object:
		for key, of := range v {
			v[key] = withoutOwn(of)
		}
	case []any:
		v = slices.DeleteFunc(v, func(item any) bool {
			ref, isText := item.(string)
			if o, ok := item.(object); ok && !isText {
				ref, _ = cmp.Or(o["bom-ref"], o["ref"]).(string)
			}
			return strings.HasPrefix(ref, "pkg:golang/./")
		})
		for i := range v {
			v[i] = withoutOwn(v[i])
		}
		return v
	}
	return value
}

func spdx(expression string) []any {
	if strings.Contains(expression, " ") {
		return []any{object{"expression": expression}}
	}
	return []any{object{"license": object{"id": expression}}}
}

func removeToolHashes(metadata object) {
	tools, _ := metadata["tools"].([]any)
	for _, tool := range tools {
		if t, ok := tool.(object); ok {
			delete(t, "hashes")
		}
	}
}

// npmComponent describes an npm package.
func npmComponent(p component) object {
	purl := "pkg:npm/" + strings.Replace(p.name, "@", "%40", 1) + "@" + p.version
	c := object{"type": "library", "bom-ref": purl, "name": p.name, "version": p.version, "purl": purl,
		"scope": "required", "licenses": spdx(p.license)}
	if encoded, ok := strings.CutPrefix(p.integrity, "sha512-"); ok {
		if sum, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			c["hashes"] = []any{object{"alg": "SHA-512", "content": fmt.Sprintf("%x", sum)}}
		}
	}
	return c
}

// addDependencies lists refs as dependencies of the component ref.
func addDependencies(bom object, ref string, refs []any) {
	dependencies, _ := bom["dependencies"].([]any)
	for _, item := range dependencies {
		if d, ok := item.(object); ok && d["ref"] == ref {
			on, _ := d["dependsOn"].([]any)
			d["dependsOn"] = append(on, refs...)
			return
		}
	}
	bom["dependencies"] = append(dependencies, object{"ref": ref, "dependsOn": refs})
}

// withSerialNumber encodes bom with a serial number: a UUID of version 8 that is made from the hash of the rest.
func withSerialNumber(bom object) ([]byte, error) {
	delete(bom, "serialNumber")
	encode := func() ([]byte, error) {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err := encoder.Encode(bom)
		return b.Bytes(), err
	}
	rest, err := encode()
	if err != nil {
		return nil, err
	}
	id := sha256.Sum256(rest)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	bom["serialNumber"] = fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:16])
	return encode()
}
