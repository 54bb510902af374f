package apptest

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"allmende/internal/db/dbtest"
	"allmende/internal/store"
)

// Program runs the program in a directory of its own, as somebody at a
// keyboard would. The package's TestMain must be Main.
type Program struct {
	Dir string
	URL string // where "serve" answers
	Env []string

	t testing.TB
}

// Ran is what came of one run.
type Ran struct {
	Out, Err string
	Code     int
	Took     time.Duration
}

// Server is a running "serve".
type Server struct {
	cmd  *exec.Cmd
	t    testing.TB
	mu   sync.Mutex
	log  strings.Builder // guarded by mu
	out  strings.Builder // what went to standard output; guarded by mu
	done chan struct{}
	code int // valid once done is closed
}

// NewProgram makes an empty directory with a port and a database of its own.
func NewProgram(t testing.TB) *Program {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "allmende-") // short: a socket's path has at most 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	p := &Program{Dir: dir, URL: "http://" + address, t: t}
	p.Env = []string{"ALLMENDE_URL=" + p.URL, "ALLMENDE_LISTEN=" + address, "ALLMENDE_LIMITS_RATE=off", "LANG=C"}
	if os.Getenv("ALLMENDE_TEST_POSTGRES") != "" {
		p.Env = append(p.Env, "ALLMENDE_DATABASE="+dbtest.DSN(t, store.Migrations))
	}
	return p
}

// With is the same program with more environment.
func (p *Program) With(env ...string) *Program {
	other := *p
	other.Env = append(append([]string{}, p.Env...), env...)
	return &other
}

func (p *Program) command(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = p.Dir
	cmd.Env = []string{programEnv + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + p.Dir, "TMPDIR=" + os.TempDir()}
	cmd.Env = append(cmd.Env, p.Env...)
	return cmd
}

// Run runs one command to its end.
func (p *Program) Run(args ...string) Ran {
	p.t.Helper()
	cmd := p.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	start := time.Now()
	err := cmd.Run()
	r := Ran{Out: out.String(), Err: errs.String(), Code: cmd.ProcessState.ExitCode(), Took: time.Since(start)}
	if err != nil && r.Code < 0 {
		p.t.Fatalf("%v: %v", args, err)
	}
	return r
}

// Must runs a command that must succeed and returns what it printed.
func (p *Program) Must(args ...string) string {
	p.t.Helper()
	r := p.Run(args...)
	if r.Code != 0 {
		p.t.Fatalf("%v: exit code %d\n%s%s", args, r.Code, r.Out, r.Err)
	}
	return strings.TrimSpace(r.Out)
}

// Token makes a member, and a token for everything a member may.
func (p *Program) Token(name string) string {
	p.t.Helper()
	p.Must("user", "add", name, "--email", name+"@example.org", "--password", Password, "--confirmed")
	return p.Must("token", name)
}

// File is a path in the program's directory.
func (p *Program) File(parts ...string) string {
	return filepath.Join(append([]string{p.Dir}, parts...)...)
}

// Serve starts the server and waits until it answers. It is killed when the
// test ends, if it still runs.
func (p *Program) Serve() *Server {
	p.t.Helper()
	cmd := p.command("serve")
	s := &Server{cmd: cmd, t: p.t, done: make(chan struct{})}
	cmd.Stdout = writerFunc(func(b []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.out.Write(b)
	})
	errs, err := cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(s.done)
		for lines := bufio.NewScanner(errs); lines.Scan(); {
			s.mu.Lock()
			s.log.WriteString(lines.Text() + "\n")
			s.mu.Unlock()
		}
		_ = cmd.Wait() // the code says it
		s.code = cmd.ProcessState.ExitCode()
	}()
	p.t.Cleanup(s.Kill)
	Until(p.t, "the server answers", func() bool {
		select {
		case <-s.done:
			p.t.Fatalf("the server ended:\n%s", s.Log())
		default:
		}
		answer, err := http.Get(p.URL + "/readyz")
		if err != nil {
			return false
		}
		return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
	})
	return s
}

// Log is what the server has said so far.
func (s *Server) Log() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// Out is what the server has printed for people so far.
func (s *Server) Out() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.String()
}

// writerFunc makes a function an io.Writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// Stop sends SIGTERM and returns the exit code and how long stopping took.
func (s *Server) Stop() (int, time.Duration) {
	s.t.Helper()
	start := time.Now()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.done:
	case <-time.After(20 * time.Second):
		s.t.Fatalf("the server did not stop:\n%s", s.Log())
	}
	return s.code, time.Since(start)
}

// Kill ends the server as a power cut would.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.done
}

// Until waits for a condition, for at most twenty seconds.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline, tick := time.After(20*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}
