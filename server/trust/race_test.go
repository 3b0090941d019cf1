//go:build race

package trust_test

// withRace is true if the tests run with the race detector. The binary is then built with it, too.
const withRace = true
