package hook

import "testing"

func TestOneTelephoneNumberIsWrittenInManyWays(t *testing.T) {
	number := CustomerHash("phone", "+91 98765 43210")
	for _, same := range []string{"098765-43210", "9876543210", "0091 (98) 7654 3210", "tel:+919876543210"} {
		if got := CustomerHash("phone", same); got != number {
			t.Errorf("%q is %q, and +91 98765 43210 is %q", same, got, number)
		}
	}
	if CustomerHash("phone", "+91 98765 43211") == number || CustomerHash("mail", "9876543210") == number {
		t.Error("another number or another kind has the same hash")
	}
	if got := CustomerHash("phone", "n/a"); got != "" {
		t.Errorf("a text without digits has the hash %q", got)
	}
}
