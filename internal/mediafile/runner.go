package mediafile

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

const mib = int64(1) << 20

// Config says which tools a Runner uses and how far they may go. Empty fields get their defaults.
type Config struct {
	Self    string // our own binary, started with ChildArg; default: the running one
	Vips    string // the vips program; vipsthumbnail lies beside it; default: looked for
	FFmpeg  string
	FFprobe string
	Shell   string // a POSIX shell that chains the steps of one picture

	Limits      Limits
	ImageMemory int64         // bytes of address space; default 512 MiB
	VideoMemory int64         // default 2 GiB
	Threads     int           // of one encoder; default: the processors, at most 4
	Stall       time.Duration // without progress so long, an encoder is killed; default 60 s
	Log         *slog.Logger
}

// Runner lets vips and ffmpeg work in limited child processes. It is safe for use by many goroutines; how many
// jobs run at once is for the caller to say.
type Runner struct {
	cfg     Config
	sandbox func() string
}

// NewRunner looks for the tools. A missing one is no error: Missing tells, and what needs it fails with a ToolError.
func NewRunner(cfg Config) (*Runner, error) {
	if cfg.Self == "" {
		self, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding our own binary: %w", err)
		}
		cfg.Self = self
	}
	find(&cfg.Vips, "vips")
	find(&cfg.FFmpeg, "ffmpeg")
	find(&cfg.FFprobe, "ffprobe")
	find(&cfg.Shell, "sh")
	if cfg.Limits == (Limits{}) {
		cfg.Limits = DefaultLimits()
	}
	orDefault(&cfg.ImageMemory, 512*mib)
	orDefault(&cfg.VideoMemory, 2048*mib)
	orDefault(&cfg.Threads, min(runtime.NumCPU(), 4))
	orDefault(&cfg.Stall, time.Minute)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	r := &Runner{cfg: cfg}
	r.sandbox = sync.OnceValue(r.askSandbox)
	return r, nil
}

func orDefault[T int | int64 | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// find fills in the real path of a tool; "none" switches it off.
func find(path *string, name string) {
	if *path == "" {
		*path, _ = exec.LookPath(name)
	}
	if *path == "none" {
		*path = ""
	}
	if real, err := filepath.Abs(*path); err == nil && *path != "" {
		*path = real
	}
}

// Limits are the bounds that this Runner checks.
func (r *Runner) Limits() Limits { return r.cfg.Limits }

// Missing lists the tools that were not found, for the doctor and the admin page. Without vips only JPEG, PNG,
// GIF and WebP pictures can be taken, without ffmpeg neither sound nor film.
func (r *Runner) Missing() []string {
	var missing []string
	for _, t := range []struct{ name, path string }{{"vips", r.cfg.Vips}, {"ffmpeg", r.cfg.FFmpeg}, {"ffprobe", r.cfg.FFprobe}, {"sh", r.cfg.Shell}} {
		if t.path == "" {
			missing = append(missing, t.name)
		}
	}
	return missing
}

// Sandbox says which protections hold around the tools, found once by trying in a child: any of
// "landlock" (files), "seccomp" (network and dangerous calls), "rlimits"; "none" if nothing holds.
func (r *Runner) Sandbox() string { return r.sandbox() }

func (r *Runner) askSandbox() string {
	dir, err := os.MkdirTemp("", "allmende-sandbox-")
	if err != nil {
		return "none"
	}
	defer os.RemoveAll(dir)
	var out strings.Builder
	err = r.run(context.Background(), task{
		name: "sandbox", spec: childSpec{Mode: modeReport, Dir: dir, Memory: r.cfg.ImageMemory, CPU: 10, File: mib},
		wall: 30 * time.Second, stdout: &out,
	})
	var l locks
	if err != nil || json.Unmarshal([]byte(out.String()), &l) != nil {
		return "none"
	}
	var active []string
	for _, p := range []struct {
		on   bool
		name string
	}{{l.Files, "landlock"}, {l.Network, "seccomp"}, {l.Limits, "rlimits"}} {
		if p.on {
			active = append(active, p.name)
		}
	}
	if len(active) == 0 {
		return "none"
	}
	return strings.Join(active, ", ")
}

// scratch is a working directory inside outDir; the source is in it as a link of a harmless name.
type scratch struct {
	dir, out string
	read     []string // what the children may read besides: the source itself
}

const sourceName = "source"

// begin makes a scratch directory. Its end must be called; only what was kept outlives it.
func begin(src, outDir string) (*scratch, error) {
	real, err := filepath.EvalSymlinks(src)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return nil, fmt.Errorf("media source: %w", err)
	}
	out, err := filepath.Abs(outDir)
	if err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	dir, err := os.MkdirTemp(out, ".work-")
	if err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	if err := os.Symlink(real, filepath.Join(dir, sourceName)); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("media directory: %w", err)
	}
	return &scratch{dir: dir, out: out, read: []string{real}}, nil
}

func (s *scratch) end() { os.RemoveAll(s.dir) }

func (s *scratch) path(name string) string { return filepath.Join(s.dir, name) }

// keep moves a finished file out under its name and describes it by its own header.
func (s *scratch) keep(name string, t Type) (Variant, error) {
	f, err := os.Open(s.path(name))
	if err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	v := Variant{Name: name, Path: filepath.Join(s.out, name), MIME: t.MIME, Size: info.Size()}
	head, err := Probe(f, info.Size(), t)
	if err != nil {
		return Variant{}, fmt.Errorf("media result %s: %w", name, err)
	}
	v.Width, v.Height = head.Width, head.Height
	if t.Kind != Image {
		v.DurationMS = head.DurationMS
	}
	if err := os.Rename(s.path(name), v.Path); err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	return v, nil
}

// Variant is one file made of another.
type Variant struct {
	Name       string `json:"name"` // "1280.webp", "first.mp4"; unique within one result
	Path       string `json:"-"`    // where it lies; the caller stores it and removes it
	MIME       string `json:"mime"`
	Width      int    `json:"width,omitempty"` // 0 for sound
	Height     int    `json:"height,omitempty"`
	DurationMS int64  `json:"duration_ms,omitempty"` // 0 for pictures
	Size       int64  `json:"size"`                  // bytes
}
