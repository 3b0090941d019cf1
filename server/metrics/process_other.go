//go:build !unix && !windows

package metrics

// read reads nothing: these systems report nothing about a process.
func (p *process) read() {}
