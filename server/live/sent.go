package live

import "hookbeam/server/meter"

// sent is how many frames were sent, and their bytes.
type sent struct{ frames, bytes uint64 }

// sentCounters are the metrics of frames. Shards count in a sent of their own and add it once for each pass, because
// one atomic addition for each reader would be shared by all cores.
type sentCounters struct{ frames, bytes *meter.Counter }

func newSentCounters(r *meter.Registry, transport string) *sentCounters {
	label := meter.Label{Key: "transport", Value: transport}
	return &sentCounters{
		frames: r.Counter("hookbeam_live_frames_total", "Frames that were sent to readers of live updates.", label),
		bytes:  r.Counter("hookbeam_live_sent_bytes_total", "Bytes of these frames.", label),
	}
}

// add counts what was sent, and resets it.
func (c *sentCounters) add(s *sent) {
	if *s == (sent{}) {
		return
	}
	c.frames.Add(s.frames)
	c.bytes.Add(s.bytes)
	*s = sent{}
}
