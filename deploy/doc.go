// Package deploy holds what operators copy: recipes for proxies, the compose file, manifests for Kubernetes, the units
// of systemd. It contains no code but a test that runs the first lines of the README from a release, up to a verified
// delivery over HTTPS. The recipes are tested in tools/deploytest.
package deploy
