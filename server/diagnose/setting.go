package diagnose

import (
	"fmt"

	"hookbeam/server/hook"
	"hookbeam/server/payload"
	"hookbeam/server/provider"
	"hookbeam/server/signature"
)

// maxShown is the length of the longest text of a delivery that a finding repeats, in bytes.
const maxShown = 200

// settingDiffers compares what the sender's schemes require of a delivery with the endpoint's settings: a delivery of
// somebody else's topic, or a token for another application, is genuine as well, and no secret explains why it is
// rejected.
func (d *diagnosis) settingDiffers() {
	if d.reason != hook.ReasonSignatureMismatch {
		return
	}
	q := signature.NewRequest(d.Endpoint, d.Record, d.Context)
	defer q.Release()
	q.Envelope = d.provider.Signature.Envelope
	for i := range d.schemes {
		for _, one := range d.schemes[i].Where {
			if d.addDifference(q, one.Is, one.At, one.At.Place()) {
				return
			}
		}
		header, inHeader := d.schemes[i].At.Header()
		for _, one := range d.schemes[i].Claims.Equal {
			// Whether the token is genuine is not known, so it is only said what it has.
			at, err := payload.ParseSelector("claim:" + header + "/" + one.Names[0])
			if inHeader && err == nil && d.addDifference(q, one.Value, at, "the claim "+one.Names[0]+" of its token") {
				return
			}
		}
	}
}

// addDifference adds that a delivery has another text at a place than a setting. It returns false if it has not, or no
// text.
func (d *diagnosis) addDifference(q *signature.Request, is, at payload.Selector, place string) bool {
	name, isSetting := is.Setting()
	want, has := q.Settings[name], q.Text(at)
	if !isSetting || provider.SecretSetting(name) || has == "" || has == want {
		return false
	}
	shown := "another text"
	if len(has) <= maxShown && payload.Printable(has) {
		shown = has
	}
	d.addFinding(Cause{Cause: "setting_differs",
		Summary: fmt.Sprintf("The delivery has %s in %s, but the setting %s is %s.", shown, place, name, want),
		Fix: fmt.Sprintf("If both are yours, create an endpoint for each, or correct the setting %s. "+
			"Otherwise somebody else sends to this address.", name)})
	return true
}
