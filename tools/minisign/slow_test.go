//go:build services

package minisign

import "testing"

func TestMinisignItselfWithAPassword(t *testing.T) { withMinisign(t, "correct horse") }
