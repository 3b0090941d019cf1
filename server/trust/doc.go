// Package trust holds no code, only tests. Each takes one promise of docs/trust.md and tries to break it from outside,
// with the real binary, real sockets and a real disk. A promise without a test here or beside its code is not made.
//
// Start reading at server_test.go: TestMain builds the binary once, with the race detector if the tests have it, and a
// server is one process of it on a data folder of its own. client_test.go has the sender's side (send, deliver) and
// reader_test.go the reader's side (view), which checks every frame against the cursor's contract. A file then has the
// tests of one promise or a few that belong together.
//
// Tests run in parallel, so each has its own process, port and folder. They wait for what they need, up to a limit that
// only a broken program reaches, and assert no durations. When a server ends, its log is searched for data races and
// panics, which fail the test whatever else it asserts.
//
// What is done in a few seconds by default is done longer with -scale, as in
//
//	go test ./server/trust -race -timeout 2h -args -scale 50
package trust
