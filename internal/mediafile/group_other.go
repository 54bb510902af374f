//go:build !unix

package mediafile

import (
	"os/exec"
	"syscall"
)

func ownGroup(*exec.Cmd) {}

func signalled(interface{ Sys() any }) syscall.Signal { return 0 }
