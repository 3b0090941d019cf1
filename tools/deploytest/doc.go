// Package deploytest tests what is in deploy: the recipes for proxies with the proxies themselves, the compose file and
// the Kubernetes manifests against what Hookbeam needs. Its tests use the binary of make build as operators do. It
// contains nothing but tests.
package deploytest
