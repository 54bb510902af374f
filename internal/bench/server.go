package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"allmende/internal/app"
	"allmende/internal/config"
	"allmende/internal/store"
)

// serveArg makes this program the server instead of the driver.
const serveArg = "serve-house"

// server is the house in a process of its own. Beside the house it answers at
// a second address: with any bytes it was given (the bare handler), with how
// many jobs wait, and with a profile.
type server struct {
	base, beside string
	cmd          *exec.Cmd
}

// startServer starts it and tells how long the first answer took.
func startServer(cfg config.Config) (*server, time.Duration, error) {
	text, err := json.Marshal(cfg)
	if err != nil {
		return nil, 0, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	s := &server{base: cfg.URL, beside: "http://" + l.Addr().String()}
	if err := l.Close(); err != nil {
		return nil, 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	s.cmd = exec.Command(self, serveArg, string(text), l.Addr().String())
	s.cmd.Stderr = os.Stderr
	start := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, 0, err
	}
	for time.Since(start) < 10*time.Second {
		resp, err := http.Get(s.base + "/readyz")
		if err == nil {
			return s, time.Since(start), resp.Body.Close()
		}
		time.Sleep(2 * time.Millisecond)
	}
	return nil, 0, errors.Join(errors.New("the server did not answer"), s.stop())
}

func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// memory is the resident size of the server.
func (s *server) memory() string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			var kb int
			if _, err := fmt.Sscan(rest, &kb); err == nil {
				return fmt.Sprintf("%d MB", kb/1024)
			}
		}
	}
	return "unknown"
}

// processor is the processor time the server has used.
func (s *server) processor() time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 100 a second
}

// bare makes the second address answer with bytes.
func (s *server) bare(kind string, body []byte) error {
	resp, err := http.Post(s.beside+"/bare", kind, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// waiting is how many jobs are not done yet.
func (s *server) waiting() (n int, err error) {
	resp, err := http.Get(s.beside + "/waiting")
	if err != nil {
		return 0, err
	}
	_, err = fmt.Fscan(resp.Body, &n)
	return n, errors.Join(err, resp.Body.Close())
}

// profiled writes a profile of what the server does until finish is called.
func (s *server) profiled(file string) (finish func() error, err error) {
	turn := func(path, body string) error {
		resp, err := http.Post(s.beside+path, "text/plain", strings.NewReader(body))
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	full, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	return func() error { return turn("/profile/end", full+".heap") }, turn("/profile/begin", full)
}

// serveHouse is the other process.
func serveHouse(settings, beside string) error {
	var cfg config.Config
	if err := json.Unmarshal([]byte(settings), &cfg); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	house, err := app.New(ctx, cfg, quiet(), app.Options{Version: "bench"})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", beside)
	if err != nil {
		return errors.Join(err, house.Close())
	}
	second := &http.Server{Handler: besideHandler(house)}
	go func() { _ = second.Serve(l) }() // it ends with Close
	return errors.Join(house.Serve(ctx), second.Close(), house.Close())
}

// bytesOf is what the bare handler writes.
type bytesOf struct {
	kind string
	body []byte
}

func besideHandler(house *app.House) http.Handler {
	var page atomic.Pointer[bytesOf]
	mux := http.NewServeMux()
	mux.HandleFunc("POST /bare", func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			page.Store(&bytesOf{r.Header.Get("Content-Type"), body})
		}
	})
	mux.HandleFunc("GET /bare", func(w http.ResponseWriter, _ *http.Request) {
		p := page.Load()
		w.Header().Set("Content-Type", p.kind)
		_, _ = w.Write(p.body) // a client that went away needs no bytes
	})
	mux.HandleFunc("GET /waiting", func(w http.ResponseWriter, r *http.Request) {
		counts, err := store.CountJobs(r.Context(), house.DB.Read())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		n := 0
		for _, c := range counts {
			if c.Outlet != "erase" {
				n += c.Waiting
			}
		}
		fmt.Fprint(w, n)
	})
	mux.HandleFunc("POST /profile/begin", func(w http.ResponseWriter, r *http.Request) {
		name, err := io.ReadAll(r.Body)
		if err == nil {
			err = beginProfile(string(name))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /profile/end", func(w http.ResponseWriter, r *http.Request) {
		pprof.StopCPUProfile()
		name, err := io.ReadAll(r.Body)
		if err == nil {
			err = writeHeap(string(name))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return mux
}

// beginProfile writes to a file until pprof.StopCPUProfile, which closes nothing:
// the file lives as long as the process.
func beginProfile(name string) error {
	to, err := os.Create(name)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(to)
}

// writeHeap writes what is in memory, after the garbage has gone.
func writeHeap(name string) error {
	to, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.Lookup("heap").WriteTo(to, 0), to.Close())
}
