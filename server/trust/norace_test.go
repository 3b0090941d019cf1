//go:build !race

package trust_test

const withRace = false
