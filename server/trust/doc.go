// Package trust holds no code, only tests: each takes one promise that Hookbeam makes and tries to break it from
// outside, with the real binary, real sockets and a real disk. A promise without a test here or beside its code is not
// made. What is done in a few seconds by default is done longer with -scale, as in
//
//	go test ./server/trust -race -timeout 2h -args -scale 50
package trust
