package app

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"time"

	"allmende"
	"allmende/internal/config"
	"allmende/internal/db"
	"allmende/internal/lang"
	"allmende/internal/mediafile"
	"allmende/internal/store"
)

// ErrBroken says that the doctor found something that must be mended.
var ErrBroken = allmende.E(allmende.Unavailable, "cli.doctor_broken")

// doctor looks at one part after the other and says what to do.
type doctor struct {
	cfg    config.Config
	tag    lang.Tag
	voice  Voice
	broken bool
}

// Patient is what the doctor looks at.
type Patient struct {
	Config  config.Config
	House   *House // nil when it could not be built
	Broken  error  // why it could not
	Running bool   // it answers at its address
}

// Doctor checks everything that a server needs. The error is ErrBroken when
// something does not work.
func Doctor(ctx context.Context, p Patient, tag lang.Tag, v Voice) error {
	d := &doctor{cfg: p.Config, tag: tag, voice: v}
	d.good("settings", "url", p.Config.URL)
	if p.House == nil {
		d.bad("house", "why", Explain(tag, p.Broken))
	} else {
		d.database(ctx, p.House)
		d.media(ctx, p.House)
		d.clock(ctx, p.House)
	}
	d.tools(ctx)
	d.mail(ctx)
	d.address(ctx, p.Running)
	if d.broken {
		return ErrBroken
	}
	v.Say(lang.T(tag, "cli.doctor_fine"))
	return nil
}

func (d *doctor) good(key string, args ...any) { d.say("✓ ", key, args) }

// odd is something that works but should not stay so.
func (d *doctor) odd(key string, args ...any) { d.say("! ", key, args) }

func (d *doctor) bad(key string, args ...any) {
	d.broken = true
	d.say("✗ ", key, args)
}

func (d *doctor) say(mark, key string, args []any) {
	d.voice.Say(mark + lang.T(d.tag, "cli.doctor_"+key, args...))
}

// errUndo takes back what the doctor wrote.
var errUndo = errors.New("only tried")

// database reads, writes, and lets SQLite look over its own file.
func (d *doctor) database(ctx context.Context, h *House) {
	err := h.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := store.InitSiteValue(ctx, tx, "doctor", "was here"); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		d.bad("database", "why", Explain(d.tag, err))
		return
	}
	version, err := engineVersion(ctx, h.DB)
	if err != nil {
		d.bad("database", "why", Explain(d.tag, err))
		return
	}
	if h.DB.Engine() == db.SQLite {
		var said string
		err := h.DB.Read().QueryRow(db.Slow(ctx), "pragma quick_check(1)").Scan(&said)
		if err != nil || said != "ok" {
			d.bad("database_torn", "why", said)
			return
		}
	}
	d.good("database_fine", "version", version)
}

func engineVersion(ctx context.Context, on *db.DB) (string, error) {
	var version string
	if on.Engine() == db.Postgres {
		err := on.Read().QueryRow(ctx, "show server_version").Scan(&version)
		return "PostgreSQL " + version, err
	}
	err := on.Read().QueryRow(ctx, "select sqlite_version()").Scan(&version)
	return "SQLite " + version, err
}

// media stores a file, reads it back and removes it.
func (d *doctor) media(ctx context.Context, h *House) {
	free, err := h.Blob.Free(ctx)
	if err == nil {
		err = tryBlob(ctx, h)
	}
	switch {
	case err != nil:
		d.bad("media", "why", err.Error())
	case free < 1<<30:
		d.odd("media_tight", "free", lang.Bytes(d.tag, free))
	default:
		d.good("media_fine", "free", lang.Bytes(d.tag, free))
	}
}

func tryBlob(ctx context.Context, h *House) error {
	ref, err := h.Blob.Put(ctx, strings.NewReader("the doctor was here at "+h.Now().String()))
	if err != nil {
		return err
	}
	f, err := h.Blob.Open(ctx, ref.Hash)
	if err == nil {
		err = f.Close()
	}
	return errors.Join(err, h.Blob.Delete(ctx, ref.Hash))
}

// clock compares the machine's time with that of the newest object: ids hold
// the time, and a clock that was set back would put new things under old ones.
func (d *doctor) clock(ctx context.Context, h *House) {
	newest, err := store.NewestObject(ctx, h.DB.Read())
	now := h.Now()
	switch {
	case err != nil:
		d.bad("database", "why", Explain(d.tag, err))
	case now.Year() < 2025 || newest.Time().After(now.Add(2*time.Minute)):
		d.bad("clock", "now", lang.DateTime(d.tag, now), "newest", lang.DateTime(d.tag, newest.Time()))
	default:
		d.good("clock_fine", "now", lang.DateTime(d.tag, now))
	}
}

// tools asks the programs for media who they are.
func (d *doctor) tools(ctx context.Context) {
	runner, err := mediafile.NewRunner(mediafile.Config{})
	if err != nil {
		d.bad("tools", "why", err.Error())
		return
	}
	for _, tool := range []struct{ name, pack, flag string }{{"ffmpeg", "ffmpeg", "-version"}, {"vips", "libvips-tools", "--version"}} {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		out, err := exec.CommandContext(ctx, tool.name, tool.flag).Output()
		cancel()
		line, _, _ := strings.Cut(string(out), "\n")
		if err != nil {
			d.odd("tool_missing", "name", tool.name, "package", tool.pack)
			continue
		}
		d.good("tool", "version", clipped(line, 60))
	}
	if level := runner.Sandbox(); strings.Contains(level, "landlock") && strings.Contains(level, "seccomp") {
		d.good("sandbox_fine", "level", level)
	} else {
		d.odd("sandbox", "level", level)
	}
}

func clipped(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// address asks the server at its own public address whether it lives.
func (d *doctor) address(ctx context.Context, running bool) {
	if !running {
		l, err := net.Listen("tcp", d.cfg.Listen)
		if err != nil {
			d.bad("listen", "address", d.cfg.Listen, "why", err.Error())
			return
		}
		if l.Close() == nil {
			d.good("listen_free", "address", d.cfg.Listen)
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.cfg.URL+"/healthz", nil)
	if err != nil {
		d.bad("address", "url", d.cfg.URL, "why", err.Error())
		return
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.odd("address", "url", d.cfg.URL, "why", err.Error())
		return
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK {
		d.odd("address", "url", d.cfg.URL, "why", answer.Status)
		return
	}
	d.good("address_fine", "url", d.cfg.URL)
}
