// Package trust contains only tests. Each test takes one promise of docs/trust.md and tries to break it from outside:
// with the real binary, real sockets and a real disk. A promise needs at least one test, here or next to the code that
// keeps it; server/trust_doc_test.go checks that every test named in docs/trust.md exists.
//
// Start reading at server_test.go: TestMain builds the binary once, with the race detector if the tests have it, and a
// server is one process of it with its own data folder. client_test.go has the sender's side (send, deliver) and
// reader_test.go the reader's side (view), which checks every frame against the cursor's contract. Each other file
// tests one promise, or a few that belong together. A test's comment names the promise and how the failure is produced.
//
// What payers and shops read of payments is checked in payers_test.go, with cases of its own (payers_cases_test.go) and
// with reported ones, which HOOKBEAM_SHARED names the folder of (payers_reported_test.go).
//
// Tests run in parallel, so each has its own process, port and folder. They wait for conditions, up to a timeout that
// only a broken program reaches, and never assert a duration. When a test ends, its server's log is searched for data
// races and panics, which fail the test whatever else it asserts.
//
// By default a test produces a few seconds of load. The flag -scale multiplies it, as in
//
//	go test ./server/trust -race -timeout 2h -args -scale 50
package trust
