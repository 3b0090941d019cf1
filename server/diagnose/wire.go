package diagnose

import "hookbeam/server/wire"

// Wire returns the diagnosis as clients see it. The API answers with it, and `hookbeam verify` prints it.
func (d Diagnosis) Wire() wire.Diagnosis {
	v := wire.Diagnosis{Genuine: d.Genuine, Cause: d.Cause, Summary: d.Summary, Tried: d.Tried,
		Findings: []wire.DiagnosisFinding{}}
	for _, f := range d.Findings {
		v.Findings = append(v.Findings, wire.DiagnosisFinding{Cause: f.Cause, Summary: f.Summary, Fix: f.Fix,
			Endpoint: f.Endpoint, Secret: f.Secret})
	}
	return v
}
