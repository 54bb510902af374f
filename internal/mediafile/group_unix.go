//go:build unix

package mediafile

import (
	"os/exec"
	"syscall"
)

// ownGroup lets cmd lead a process group, so that killing it takes what it started along.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// signalled gives the signal that ended a process, through a shell too, or 0.
func signalled(state interface{ Sys() any }) syscall.Signal {
	w, ok := state.Sys().(syscall.WaitStatus)
	switch {
	case !ok:
		return 0
	case w.Signaled():
		return w.Signal()
	case w.ExitStatus() > 128 && w.ExitStatus() < 128+32:
		return syscall.Signal(w.ExitStatus() - 128)
	}
	return 0
}
