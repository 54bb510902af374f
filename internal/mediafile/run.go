package mediafile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"
)

// Why a tool did not finish.
const (
	ReasonMissing = "missing"  // the tool is not installed
	ReasonFailed  = "failed"   // it gave up: mostly the file's fault
	ReasonKilled  = "killed"   // by someone else, mostly for want of memory
	ReasonMemory  = "memory"   // it reached its limit of memory
	ReasonCPU     = "cpu"      // it reached its limit of CPU time
	ReasonTimeout = "timeout"  // it reached its limit of time
	ReasonStalled = "stalled"  // it made no progress
	ReasonNoSpace = "no_space" // the disk is full: wait, don't fail
)

// ToolError says that a tool did not do its work. Unlike a Refusal it may be worth another try.
type ToolError struct {
	Tool   string
	Reason string
	Stderr string // the last lines, for the log; never for people
}

// Error says tool, reason and the tool's last words.
func (e *ToolError) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("%s %s: %s", e.Tool, e.Reason, e.Stderr), ": ")
}

var (
	errStalled = errors.New("no progress")
	errTimeout = errors.New("out of time")
)

const (
	stderrKept = 4 << 10
	answerKept = 16 << 20 // of what a child of our own answers
)

// task is one child process.
type task struct {
	name   string
	spec   childSpec
	wall   time.Duration
	stdout io.Writer
	pipe   *os.File      // becomes descriptor 3
	stall  time.Duration // 0: not watched
	beat   *atomic.Int64 // changes whenever there is progress
}

// run starts a child and waits for it. Errors: the context's, a ToolError.
func (r *Runner) run(ctx context.Context, t task) error {
	if t.spec.Mode == modeExec && (len(t.spec.Argv) == 0 || t.spec.Argv[0] == "") {
		return &ToolError{Tool: t.name, Reason: ReasonMissing}
	}
	text, err := json.Marshal(t.spec)
	if err != nil {
		return fmt.Errorf("starting %s: %w", t.name, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(t.wall, func() { cancel(errTimeout) })
	defer timer.Stop()
	if t.stall > 0 {
		go watch(ctx, t, cancel)
	}
	errs := &tailWriter{max: stderrKept}
	cmd := exec.CommandContext(ctx, r.cfg.Self, ChildArg, string(text))
	cmd.Env, cmd.Stdout, cmd.Stderr = childEnv(t.spec), t.stdout, errs
	cmd.WaitDelay = 5 * time.Second
	if t.pipe != nil {
		cmd.ExtraFiles = []*os.File{t.pipe}
	}
	ownGroup(cmd)
	began := time.Now()
	err = cmd.Start()
	if t.pipe != nil {
		t.pipe.Close() // else the reader never sees the end
	}
	if err != nil {
		return fmt.Errorf("starting %s: %w", t.name, err)
	}
	err = cmd.Wait()
	r.logRun(ctx, t, cmd, time.Since(began), err)
	if err == nil {
		return nil
	}
	return explain(ctx, t, cmd, errs.String(), err)
}

func (r *Runner) logRun(ctx context.Context, t task, cmd *exec.Cmd, took time.Duration, err error) {
	s := cmd.ProcessState
	r.cfg.Log.DebugContext(ctx, "ran media tool", "tool", t.name, "took", took, "cpu", s.UserTime()+s.SystemTime(), "ok", err == nil)
}

// childEnv is all that a child of our own binary knows of the world outside; a tool gets the spec's.
func childEnv(spec childSpec) []string {
	env := []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + spec.Dir, "TMPDIR=" + spec.Dir, "GOTRACEBACK=none"}
	if spec.Mode == modeExec { // it lives for some system calls only: no collector, no second thread of work
		env = append(env, "GOMAXPROCS=1", "GOGC=off")
	}
	return env
}

// watch ends a task whose beat stands still.
func watch(ctx context.Context, t task, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(t.stall)
	defer tick.Stop()
	for last := int64(-1); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			now := t.beat.Load()
			if now == last {
				cancel(errStalled)
				return
			}
			last = now
		}
	}
}

// ending says what ended a process.
type ending int

const (
	byItself ending = iota // crashes too
	byKill
	byLimit // of CPU time
)

func explain(ctx context.Context, t task, cmd *exec.Cmd, stderr string, err error) error {
	fail := &ToolError{Tool: t.name, Reason: ReasonFailed, Stderr: strings.TrimSpace(stderr)}
	cause, ended := context.Cause(ctx), endedBy(cmd.ProcessState)
	lower := strings.ToLower(stderr)
	used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	switch {
	case errors.Is(cause, errStalled):
		fail.Reason = ReasonStalled
	case errors.Is(cause, errTimeout):
		fail.Reason = ReasonTimeout
	case cause != nil:
		return cause
	case cmd.ProcessState.ExitCode() == exitBadSpec || cmd.ProcessState.ExitCode() == exitNoStart:
		fail.Reason = ReasonMissing
	case strings.Contains(lower, "no space left on device"):
		fail.Reason = ReasonNoSpace
	case ended == byLimit, ended == byKill && used >= time.Duration(t.spec.CPU)*time.Second:
		fail.Reason = ReasonCPU
	case strings.Contains(lower, "cannot allocate memory"), strings.Contains(lower, "out of memory"), strings.Contains(lower, "failed to allocate"):
		fail.Reason = ReasonMemory
	case ended == byKill:
		fail.Reason = ReasonKilled
	}
	if fail.Stderr == "" {
		fail.Stderr = err.Error()
	}
	return fail
}

// blameFile makes the failure of a decoder a refusal of the file; all else stays what it is.
func blameFile(err error) error {
	var t *ToolError
	if errors.As(err, &t) && t.Reason == ReasonFailed {
		return &Refusal{Code: CodeBroken, cause: err}
	}
	return err
}

// tailWriter keeps the end of what is written.
type tailWriter struct {
	max int
	b   []byte
}

func (w *tailWriter) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	if len(w.b) > 2*w.max {
		w.b = append(w.b[:0], w.b[len(w.b)-w.max:]...)
	}
	return len(p), nil
}

func (w *tailWriter) String() string { return string(w.b[max(0, len(w.b)-w.max):]) }

// headWriter keeps the beginning of what is written and fails beyond its bound.
type headWriter struct {
	max int
	b   []byte
}

func (w *headWriter) Write(p []byte) (int, error) {
	if len(w.b)+len(p) > w.max {
		return 0, errors.New("answer too long")
	}
	w.b = append(w.b, p...)
	return len(p), nil
}
