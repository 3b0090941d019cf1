//go:build !linux

package main

import (
	"fmt"
	"os"
)

// main only explains why there is no benchmark on this system, so that go build ./... works everywhere.
func main() {
	fmt.Fprintln(os.Stderr, "bench: it reads CPU and memory from /proc and needs Linux")
	os.Exit(1)
}
