//go:build !unix

package mediafile

import (
	"os"
	"os/exec"
)

func ownGroup(*exec.Cmd) {}

func endedBy(*os.ProcessState) ending { return byItself }
