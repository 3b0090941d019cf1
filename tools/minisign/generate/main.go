// Generate prints a new minisign secret key without a password, for tests. For a release, use minisign -G, which can
// protect the key with a password.
package main

import (
	"fmt"
	"os"

	"hookbeam/tools/minisign"
)

func main() {
	key, err := minisign.Generate()
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
	fmt.Print(string(key))
}
