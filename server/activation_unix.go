//go:build unix

package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// firstInherited is the number of the first descriptor that a service manager passes (SD_LISTEN_FDS_START).
const firstInherited = 3

// inheritListeners returns the listeners that the service manager passed to this process, as sd_listen_fds does. It
// removes the variables that describe them, so that no process started by this one takes them for its own.
func inheritListeners() (all []inherited, err error) {
	pid, number, names := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_FDNAMES")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"} {
		if err := os.Unsetenv(name); err != nil {
			return nil, err
		}
	}
	if pid != strconv.Itoa(os.Getpid()) { // meant for the process that started this one
		return nil, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 64 {
		return nil, fmt.Errorf("LISTEN_FDS is %q, not a number of sockets", number)
	}
	named := strings.Split(names, ":")
	for i := range n {
		l := inherited{}
		if i < len(named) {
			l.name = named[i]
		}
		if l.Listener, err = listenerOf(firstInherited + i); err != nil {
			for _, open := range all {
				err = errors.Join(err, open.Close())
			}
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// listenerOf returns the listener with a descriptor, which must be a TCP socket that listens.
func listenerOf(fd int) (net.Listener, error) {
	syscall.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "inherited socket")
	defer f.Close() // net.FileListener has its own copy
	listens, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	if err != nil || listens == 0 {
		return nil, fmt.Errorf("descriptor %d is not a socket that listens: "+
			"the socket unit needs ListenStream=HOST:PORT and Accept=no", fd)
	}
	l, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("descriptor %d: %w", fd, err)
	}
	if _, ok := l.(*net.TCPListener); !ok {
		return nil, errors.Join(l.Close(), fmt.Errorf("descriptor %d listens on %s, which is not a TCP address: "+
			"the socket unit needs ListenStream=HOST:PORT", fd, l.Addr()))
	}
	return l, nil
}
