package status

import (
	"fmt"
	"time"

	"hookbeam/server/hook"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// at is evidence of a kind some minutes after noon.
func at(minutes int, kind hook.EvidenceKind, amount int64) hook.Evidence {
	return hook.Evidence{
		Event: fmt.Sprint(kind, minutes, amount), Kind: kind,
		At:     hook.Time{Time: noon.Add(time.Duration(minutes) * time.Minute)},
		Amount: amount, Currency: "EUR",
	}
}

// permute calls do with every order of all.
func permute(all []hook.Evidence, do func([]hook.Evidence)) {
	var from func(int)
	from = func(i int) {
		if i == len(all) {
			do(all)
			return
		}
		for j := i; j < len(all); j++ {
			all[i], all[j] = all[j], all[i]
			from(i + 1)
			all[i], all[j] = all[j], all[i]
		}
	}
	from(0)
}
