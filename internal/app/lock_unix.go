//go:build unix

package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"allmende"
)

// lockWait is how long a command waits for another one that is just ending.
const lockWait = 2 * time.Second

// dirLock says that a data directory belongs to this process. The system lets
// go of it when the process dies, however that happens.
type dirLock struct{ file *os.File }

// lockDir takes a data directory, or says that another process has it.
func lockDir(ctx context.Context, dir string) (*dirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "allmende.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	until := time.Now().Add(lockWait)
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return &dirLock{f}, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(until) || ctx.Err() != nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	closed := f.Close()
	return nil, allmende.E(allmende.Unavailable, "cli.locked", "dir", dir).Because(errors.Join(err, closed))
}

func (l *dirLock) release() error { return l.file.Close() }

// listenPrivately makes a socket that only this user can open, from its first
// moment on.
func listenPrivately(path string) (net.Listener, error) {
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	return net.Listen("unix", path)
}
