//go:build unix

package mediafile

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup lets cmd lead a process group, so that killing it takes what it started along.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// endedBy reads the signal that ended a process, told by a shell too.
func endedBy(state *os.ProcessState) ending {
	w, ok := state.Sys().(syscall.WaitStatus)
	if !ok {
		return byItself
	}
	signal := w.Signal()
	if !w.Signaled() {
		signal = syscall.Signal(max(0, w.ExitStatus()-128))
	}
	switch signal {
	case syscall.SIGXCPU:
		return byLimit
	case syscall.SIGKILL, syscall.SIGTERM:
		return byKill
	}
	return byItself
}
