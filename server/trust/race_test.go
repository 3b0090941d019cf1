//go:build race

package trust_test

// withRace says that the tests look for data races: then the binary is built to look for them too.
const withRace = true
