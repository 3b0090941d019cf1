package diagnose

import (
	"fmt"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/signature"
)

// maxShown is the length of the longest text of a delivery that a finding repeats, in bytes.
const maxShown = 200

// settingDiffers compares what the sender's schemes require of a delivery with the endpoint's settings: a delivery of
// somebody else's topic is genuine as well, and no secret explains why it is rejected.
func (d *diagnosis) settingDiffers() {
	if d.reason != hook.ReasonSignatureMismatch {
		return
	}
	q := signature.NewRequest(d.Endpoint, d.Record, d.Context)
	defer q.Release()
	q.Envelope = d.provider.Signature.Envelope
	for i := range d.schemes {
		for _, one := range d.schemes[i].Where {
			name, isSetting := one.Is.Setting()
			has := q.Text(one.At)
			if want := q.Settings[name]; !isSetting || has == "" || has == want {
				continue
			}
			shown := "another text"
			if len(has) <= maxShown && payload.Printable(has) {
				shown = has
			}
			d.addFinding(Cause{Cause: "setting_differs",
				Summary: fmt.Sprintf("The delivery has %s in %s, but the setting %s is %s.", shown, one.At.Place(),
					name, q.Settings[name]),
				Fix: fmt.Sprintf("If both are yours, create an endpoint for each, or correct the setting %s. "+
					"Otherwise somebody else sends to this address.", name)})
			return
		}
	}
}
