package logtest_test

import (
	"testing"

	"hookbeam/server/logtest"
)

func TestALogInMemoryIsALog(t *testing.T) {
	logtest.Run(t, func(t *testing.T) logtest.Harness {
		m, err := logtest.NewMemory()
		if err != nil {
			t.Fatal(err)
		}
		return logtest.Harness{Log: m, Reader: m, Append: m.Append, Remove: m.Remove, RemoveUpTo: m.RemoveUpTo}
	})
}
