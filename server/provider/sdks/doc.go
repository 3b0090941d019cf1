// Package sdks holds the tests in which the senders' own libraries sign, or check, what Hookbeam checks. It is a module
// of its own, so that the product does not depend on them.
package sdks
