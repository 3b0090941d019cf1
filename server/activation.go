package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// inherited is a listener that the service manager opened before it started this process, and that it keeps open. A
// client that connects while no server accepts, as during an upgrade, waits in the kernel for the next one.
type inherited struct {
	net.Listener
	name string // FileDescriptorName= of systemd's socket unit
}

// socketHTTP is the name of the inherited socket for plain HTTP beside HTTPS. Any other socket is for the server's main
// address.
const socketHTTP = "http"

// inherit takes over the listeners of the service manager. There are none if this process was started otherwise. The
// caller uses them with listenOn; close closes the rest.
func (s *server) inherit() (err error) {
	if s.inherited, err = inheritListeners(); err != nil {
		return fmt.Errorf("socket activation: %w", err)
	}
	main := 0
	for _, l := range s.inherited {
		if l.name != socketHTTP || len(s.inherited) == 1 {
			main++
		}
	}
	s.activated = main > 0
	if main > 1 {
		return fmt.Errorf("socket activation: there are %d sockets for the server's main address, and it serves one: "+
			"list one ListenStream= in the socket unit; a second socket for plain HTTP beside HTTPS is named by "+
			"FileDescriptorName=%s", main, socketHTTP)
	}
	return nil
}

// listenMain returns the listener of the server's main address: the one of the service manager, whatever --listen says,
// or else a new one. With --wait-for-lock it waits while another server, which is about to stop, has the address.
func (s *server) listenMain(ctx context.Context) (net.Listener, error) {
	for i, l := range s.inherited {
		if l.name == socketHTTP && len(s.inherited) > 1 {
			continue
		}
		s.config.Listen = l.Addr().String()
		s.inherited = append(s.inherited[:i:i], s.inherited[i+1:]...)
		return l.Listener, nil
	}
	wait := s.waitFor(ctx, "waiting for the address "+s.config.Listen)
	return listenWithin(wait, s.config.Listen)
}

// listenPause is the interval at which an address is tried that another server still has, and a folder's lock.
const listenPause = 10 * time.Millisecond

// listenWithin listens on a TCP address, and waits while another process does.
func listenWithin(wait lockWait, address string) (l net.Listener, err error) {
	err = wait.until(func() (again bool, err error) {
		l, err = net.Listen("tcp", address)
		return errors.Is(err, syscall.EADDRINUSE), err
	})
	return l, err
}

// lockWait says for how long a server waits at the start for what another process still has. waiting is called once,
// with what is in the way.
type lockWait struct {
	ctx     context.Context
	most    time.Duration
	waiting func(why error)
}

// until tries something until it succeeds, until its error says that trying again is useless, or until the time is
// over.
func (w lockWait) until(try func() (again bool, err error)) error {
	for began, told := time.Now(), false; ; told = true {
		again, err := try()
		if err == nil || !again || time.Since(began) >= w.most {
			return err
		}
		if !told {
			w.waiting(err)
		}
		select {
		case <-w.ctx.Done():
			return w.ctx.Err()
		case <-time.After(listenPause):
		}
	}
}

// waitFor returns how this server waits; message is logged if it does.
func (s *server) waitFor(ctx context.Context, message string) lockWait {
	most := s.config.waitForLock(s.activated)
	return lockWait{ctx: ctx, most: most, waiting: func(why error) {
		s.manager.notify(managerWaiting)
		s.deps.Log.Info(message, "at_most", most, "because", why)
	}}
}
