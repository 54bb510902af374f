package media_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/live"
	"allmende/internal/mediafile"
	"allmende/internal/outlet/media"
	"allmende/internal/outlet/outlettest"
	"allmende/internal/read"
	"allmende/internal/store"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	os.Exit(m.Run())
}

const (
	samples = "/usr/share/forensics-samples/original-files/"
	film    = samples + "movie1/VID_20191220_170832.mp4"
	sound   = samples + "audio1/debian.ogg"
)

// world is one person with a few files, and the outlet.
type world struct {
	testing.TB
	dir    string
	db     *db.DB
	blob   *blob.Dir
	core   *core.Core
	ada    allmende.Act
	told   []*allmende.MediaMade
	outlet *media.Outlet
}

func newWorld(t testing.TB, cfg mediafile.Config, reserve blob.Reserve) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir(), db: dbtest.Open(t)}
	hub, log := &live.Hub{}, slog.New(slog.DiscardHandler)
	w.core = core.New(w.db, read.New(w.db, hub, log, time.Now), hub, log, time.Now, core.Settings{BaseURL: "https://wiese.example", Registration: "open"})
	var err error
	w.blob, err = blob.OpenDir(w.dir, reserve)
	w.must(err)
	res, err := w.core.Do(context.Background(), &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "ada", Email: "ada@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	w.must(err)
	w.ada = allmende.Act{By: res.Account, As: res.Actor, Via: "web"}
	w.outlet = w.with(cfg)
	return w
}

// with makes an outlet whose tools are configured so.
func (w *world) with(cfg mediafile.Config) *media.Outlet {
	w.Helper()
	runner, err := mediafile.NewRunner(cfg)
	w.must(err)
	o, err := media.New(media.Films, media.Deps{DB: w.db.Read(), Blob: w.blob, Files: runner, TempDir: w.dir, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Do: func(ctx context.Context, cmd allmende.Command) (allmende.Result, error) {
			w.told = append(w.told, cmd.(*allmende.MediaMade))
			return w.core.Do(ctx, cmd)
		}})
	w.must(err)
	return o
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// add stores a sample as if it was uploaded and gives its job.
func (w *world) add(path, kind string) allmende.Job {
	w.Helper()
	f, err := os.Open(path)
	if err != nil {
		w.Fatalf("install forensics-samples-files: %v", err)
	}
	defer f.Close()
	open, err := blob.OpenDir(w.dir, blob.Reserve{}) // it was taken while there was room
	w.must(err)
	ref, err := open.Put(context.Background(), f)
	w.must(err)
	res, err := w.core.Do(context.Background(), &allmende.AddMedia{Act: w.ada, Kind: kind, Blob: ref.Hash, Size: ref.Size, Name: filepath.Base(path)})
	w.must(err)
	return allmende.Job{Outlet: media.Films, Key: res.Media.String(), Object: res.Media, Actor: w.ada.As, Attempts: 1}
}

func (w *world) medium(job allmende.Job) allmende.Media {
	w.Helper()
	m, err := store.MediaByID(context.Background(), w.db.Read(), job.Object)
	w.must(err)
	return m
}

// state describes all media without ids and times.
func (w *world) state() string {
	all, err := store.AllMedia(context.Background(), w.db.Read(), 0, 100)
	w.must(err)
	var lines []string
	for _, m := range all {
		line := fmt.Sprintf("%s %s %s %d", m.Name, m.Kind, m.State, m.Progress)
		for _, v := range m.Variants {
			line += fmt.Sprintf(" %s:%dx%d", v.Name, v.Width, v.Height)
		}
		lines = append(lines, line)
	}
	sort.Strings(lines)
	return "media:\n" + strings.Join(lines, "\n")
}

// left lists what lies in the working directory.
func (w *world) left() []os.DirEntry {
	entries, err := os.ReadDir(filepath.Join(w.dir, "making", media.Films))
	w.must(err)
	return entries
}

func TestTheOutletKeepsTheContract(t *testing.T) {
	outlettest.Contract(t, func(t *testing.T) *outlettest.Subject {
		w := newWorld(t, mediafile.Config{}, blob.Reserve{})
		jobs := []allmende.Job{w.add(film, "video"), w.add(sound, "audio")}
		return &outlettest.Subject{Outlet: w.outlet, Jobs: jobs, Unknown: []allmende.Job{{Outlet: media.Films, Key: "5", Object: 5}}, State: w.state, Gone: "media:\n",
			Delete: func() []allmende.Job {
				w.must(w.db.Write(context.Background(), func(tx *db.Tx) error {
					return errors.Join(store.DeleteMedia(context.Background(), tx, jobs[0].Object), store.DeleteMedia(context.Background(), tx, jobs[1].Object))
				}))
				return nil
			}}
	})
}

func TestY1_AKilledToolIsTriedAgainAndThenSaid(t *testing.T) {
	kill := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(kill, []byte("#!/bin/sh\nkill -9 $$\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, mediafile.Config{FFmpeg: kill}, blob.Reserve{})
	job := w.add(film, "video")
	for job.Attempts = 1; job.Attempts <= 3; job.Attempts++ {
		err := w.outlet.Run(context.Background(), job)
		var tool *mediafile.ToolError
		if !errors.As(err, &tool) || tool.Reason != mediafile.ReasonKilled {
			t.Fatalf("attempt %d: %v", job.Attempts, err)
		}
		m := w.medium(job)
		if failed := m.State == allmende.MediaFailed; failed != (job.Attempts == 3) {
			t.Errorf("after attempt %d it is %s", job.Attempts, m.State)
		}
	}
	if m := w.medium(job); m.Reason != "media.gave_up" {
		t.Errorf("the reason is %q", m.Reason)
	}
	if left := w.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	job.Attempts = 1 // an admin asks for another try, with a tool that works
	w.must(w.with(mediafile.Config{}).Run(context.Background(), job))
	if m := w.medium(job); m.State != allmende.MediaDone || m.Reason != "" {
		t.Errorf("after another try: %s %s", m.State, m.Reason)
	}
}

func TestY1_WithoutTheToolTheReasonIsSaid(t *testing.T) {
	w := newWorld(t, mediafile.Config{FFmpeg: "none"}, blob.Reserve{})
	job := w.add(film, "video")
	job.Attempts = 3
	if err := w.outlet.Run(context.Background(), job); err == nil {
		t.Error("no error: nobody would see it")
	}
	if m := w.medium(job); m.State != allmende.MediaFailed || m.Reason != "media.tool_missing" {
		t.Errorf("%s %s", m.State, m.Reason)
	}
}

func TestY1_AFullDiskLetsTheWorkWait(t *testing.T) {
	w := newWorld(t, mediafile.Config{}, blob.Reserve{Percent: 100})
	full := &fullDisk{w.blob}
	runner, err := mediafile.NewRunner(mediafile.Config{})
	w.must(err)
	o, err := media.New(media.Films, media.Deps{DB: w.db.Read(), Blob: full, Files: runner, TempDir: w.dir, Log: slog.New(slog.DiscardHandler), Now: time.Now, Do: w.core.Do})
	w.must(err)
	job := w.add(sound, "audio")
	job.Attempts = 3
	err = o.Run(context.Background(), job)
	if err == nil || !strings.HasPrefix(err.Error(), "not before ") {
		t.Errorf("%v, want to be asked later", err)
	}
	if m := w.medium(job); m.State == allmende.MediaFailed {
		t.Error("a full disk is no fault of the file")
	}
}

// fullDisk reads and takes nothing more.
type fullDisk struct{ *blob.Dir }

func (fullDisk) Adopt(context.Context, string, blob.Ref) error { return blob.ErrFull }

func TestY1_ACrashLeavesNothingAndTheWorkGoesOn(t *testing.T) {
	w := newWorld(t, mediafile.Config{}, blob.Reserve{})
	job := w.add(film, "video")
	half := filepath.Join(w.dir, "making", media.Films, job.Key+"-1")
	w.must(os.MkdirAll(half, 0o700))
	w.must(os.WriteFile(filepath.Join(half, "first.mp4"), []byte("half"), 0o600))
	again := w.with(mediafile.Config{}) // the next start
	if left := w.left(); len(left) > 0 {
		t.Fatalf("left behind: %v", left)
	}
	job.Attempts = 20 // it was interrupted that often
	w.must(again.Run(context.Background(), job))
	if m := w.medium(job); m.State != allmende.MediaDone {
		t.Errorf("%s %s", m.State, m.Reason)
	}
}

func TestY1_ProgressIsTold(t *testing.T) {
	w := newWorld(t, mediafile.Config{}, blob.Reserve{})
	job := w.add(film, "video")
	w.must(w.outlet.Run(context.Background(), job))
	first, last := w.told[0], w.told[len(w.told)-1]
	if first.State != allmende.MediaRunning || last.State != allmende.MediaDone || last.Progress != 100 || last.Duration < 1400 {
		t.Errorf("told %+v and then %+v", first, last)
	}
	for _, told := range w.told[1 : len(w.told)-1] {
		if told.State != allmende.MediaRunning || told.Progress < 1 || told.Progress > 99 || told.Variants != nil {
			t.Errorf("on the way: %+v", told)
		}
	}
	if n := len(w.told); n > 12 {
		t.Errorf("told %d times of a film of two seconds", n)
	}
}

func TestNobodyElseSaysWhatWasMade(t *testing.T) {
	w := newWorld(t, mediafile.Config{}, blob.Reserve{})
	job := w.add(sound, "audio")
	_, err := w.core.Do(context.Background(), &allmende.MediaMade{Act: w.ada, Media: job.Object, State: allmende.MediaDone,
		Variants: []allmende.Variant{{Name: "webp640", Blob: strings.Repeat("0", 64), MIME: "text/html"}}})
	if !allmende.IsKind(err, allmende.Forbidden) {
		t.Errorf("a member says so: %v", err)
	}
}
