//go:build !linux

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "bench: it reads CPU and memory from /proc and needs Linux")
	os.Exit(1)
}
