//go:build !unix

package app

import (
	"context"
	"net"
)

// dirLock does nothing where the system knows no locks of this kind; the
// socket of a running server is the only sign of it there.
type dirLock struct{}

func lockDir(context.Context, string) (*dirLock, error) { return &dirLock{}, nil }

func (*dirLock) release() error { return nil }

// listenPrivately makes a socket; who can open it is what the directory says.
func listenPrivately(path string) (net.Listener, error) { return net.Listen("unix", path) }
