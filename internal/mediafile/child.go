package mediafile

import (
	"encoding/json"
	"fmt"
	"os"
)

// ChildArg is the hidden first argument with which the binary starts itself as a limited child. main and every
// TestMain that uses a Runner begin with: if len(os.Args) > 1 && os.Args[1] == ChildArg { ChildMain(os.Args[2:]) }.
const ChildArg = "__child"

// What a child does once it is locked in.
const (
	modeExec     = "exec"     // become another program
	modeDescribe = "describe" // read EXIF or tags, answer as JSON
	modeImages   = "images"   // make pictures without vips
	modeReport   = "report"   // say which protections hold
)

// childSpec is what a child gets: what to do and within which bounds.
type childSpec struct {
	Mode   string
	Argv   []string        `json:",omitempty"` // of modeExec
	Env    []string        `json:",omitempty"` // of modeExec
	Job    json.RawMessage `json:",omitempty"` // of the other modes
	Dir    string          // working directory, the only place where it may write
	Read   []string        `json:",omitempty"` // files and directories it may read besides the system's libraries
	Memory int64           // bytes
	CPU    int             // seconds
	File   int64           // bytes of the largest file it may write
	Nice   int
}

// exit codes of a child that could not begin; above those of the tools.
const (
	exitBadSpec = 120
	exitNoStart = 121
)

// ChildMain locks this process in and does its work. It never returns.
func ChildMain(args []string) {
	var spec childSpec
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &spec) != nil {
		fmt.Fprintln(os.Stderr, "this is an inner command of allmende")
		os.Exit(exitBadSpec)
	}
	if err := os.Chdir(spec.Dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitNoStart)
	}
	lockIn(spec)
	if err := work(spec); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func work(spec childSpec) error {
	switch spec.Mode {
	case modeExec:
		return execLimited(spec)
	case modeDescribe:
		return describeChild(spec.Job)
	case modeImages:
		return imagesChild(spec.Job)
	case modeReport:
		return json.NewEncoder(os.Stdout).Encode(probeLocks())
	}
	return fmt.Errorf("unknown mode %q", spec.Mode)
}

// locks says which protections hold in this process, found by trying.
type locks struct {
	Files, Network, Limits bool
}

func probeLocks() locks {
	_, err := os.ReadDir("/")
	l := locks{Files: err != nil}
	l.Network, l.Limits = probeKernelLocks()
	return l
}
