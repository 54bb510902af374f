// Package media makes of an uploaded file what browsers show: sizes of a
// picture, a film that plays everywhere with its poster, a sound with its wave.
// It reads the medium as it is now, works in a directory of its own that a
// crash cannot leave behind for long, and hands back what it learned as a
// command.
package media

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
	"allmende/internal/outlet"
	"allmende/internal/store"
)

// The queues. Pictures never wait behind sounds, nor either behind films.
const (
	Pictures = "media"
	Sounds   = "sound"
	Films    = "film"
)

const (
	tries     = 3               // of what may go better next time
	mostTries = 30              // beyond that a file seems to take the whole process down with it
	diskPause = 2 * time.Minute // a full disk lets work wait, not fail
)

// Options are how the runner works a queue: one film at a time.
func Options(queue string) outlet.Options {
	o := outlet.Options{Workers: 1, Attempts: tries, Backoff: 10 * time.Second, Timeout: 12 * time.Hour}
	switch queue {
	case Pictures:
		o.Workers, o.Timeout = 2, 15*time.Minute
	case Sounds:
		o.Timeout = 3 * time.Hour
	}
	return o
}

// Deps are what the outlet needs; app hands it in.
type Deps struct {
	DB      store.Q // for reading
	Blob    blob.Store
	Files   *mediafile.Runner
	Do      func(context.Context, allmende.Command) (allmende.Result, error)
	TempDir string // best on the disk of the blobs
	Log     *slog.Logger
	Now     func() time.Time
}

// Outlet works one of the queues.
type Outlet struct {
	Deps
	queue string
	dir   string
}

// New makes the outlet of a queue and removes what a crash left of its work.
func New(queue string, d Deps) (*Outlet, error) {
	o := &Outlet{Deps: d, queue: queue, dir: filepath.Join(d.TempDir, "making", queue)}
	if err := os.RemoveAll(o.dir); err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	return o, nil
}

// Name is the queue.
func (o *Outlet) Name() string { return o.queue }

// Run makes what a medium lacks.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	m, err := store.MediaByID(ctx, o.DB, job.Object)
	if errors.Is(err, sql.ErrNoRows) {
		return allmende.E(allmende.NotFound, "error.media_not_found")
	}
	if err != nil {
		return fmt.Errorf("media %s: %w", job.Object, err)
	}
	if m.Blob == "" || m.State == allmende.MediaFailed && !worthAnotherTry(m.Reason) {
		return nil
	}
	crop, err := o.lacksCrop(ctx, &m)
	if err != nil {
		return fmt.Errorf("media %s: %w", m.ID, err)
	}
	if m.State == allmende.MediaDone && !crop {
		return nil
	}
	made, err := o.work(ctx, job, &m, crop)
	if err != nil {
		return o.failed(ctx, job, &m, err)
	}
	return o.tell(ctx, made)
}

// work runs the recipe that fits in a directory of its own.
func (o *Outlet) work(ctx context.Context, job allmende.Job, m *allmende.Media, crop bool) (*allmende.MediaMade, error) {
	if job.Attempts > mostTries {
		return nil, fmt.Errorf("begun %d times and never finished", job.Attempts)
	}
	path, release, err := o.Blob.Local(ctx, m.Blob)
	if err != nil {
		return nil, err
	}
	defer release()
	dir, err := os.MkdirTemp(o.dir, m.ID.String()+"-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &recipe{Outlet: o, media: m, path: path, dir: dir,
		made: &allmende.MediaMade{Media: m.ID, State: allmende.MediaDone, Progress: 100}}
	if m.State != allmende.MediaDone {
		if err := r.all(ctx); err != nil {
			return nil, err
		}
	} else {
		r.made.Variants = m.Variants
	}
	if crop {
		if err := r.crop(ctx); err != nil {
			return nil, err
		}
	}
	return r.made, nil
}

// lacksCrop tells whether a medium is its owner's face and was not cut to it yet.
func (o *Outlet) lacksCrop(ctx context.Context, m *allmende.Media) (bool, error) {
	if _, there := m.Variant("avatar"); there || m.Kind != string(mediafile.Image) {
		return false, nil
	}
	a, err := store.ActorByID(ctx, o.DB, m.Owner)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return a.Avatar == m.ID, err
}

// tell hands back what was learned.
func (o *Outlet) tell(ctx context.Context, made *allmende.MediaMade) error {
	made.Act = allmende.Act{Via: "outlet"}
	_, err := o.Do(ctx, made)
	return err
}

// failed decides what a failure means: the file's fault is told to its owner,
// a full disk lets the work wait, all else is tried again and then told.
func (o *Outlet) failed(ctx context.Context, job allmende.Job, m *allmende.Media, err error) error {
	var tool *mediafile.ToolError
	isTool := errors.As(err, &tool)
	switch code := mediafile.RefusalCode(err); {
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case code != "" && m.State == allmende.MediaDone: // it can be shown; only the crop failed
		return outlet.Permanent(err)
	case code != "":
		o.Log.Info("media refused", "media", m.ID, "err", err)
		return o.tell(ctx, &allmende.MediaMade{Media: m.ID, State: allmende.MediaFailed, Reason: reasonOf(code)})
	case errors.Is(err, blob.ErrFull), isTool && tool.Reason == mediafile.ReasonNoSpace:
		return outlet.Later(o.Now().Add(diskPause))
	case job.Attempts < tries:
		return fmt.Errorf("media %s: %w", m.ID, err)
	}
	reason := reasonGaveUp
	if isTool && tool.Reason == mediafile.ReasonMissing {
		reason = reasonNoTool
	}
	told := allmende.E(allmende.Internal, reason).Because(err)
	if m.State == allmende.MediaDone {
		return told
	}
	return errors.Join(told, o.tell(ctx, &allmende.MediaMade{Media: m.ID, State: allmende.MediaFailed, Reason: reason}))
}

// The reasons that are not the file's fault; an admin may have the job tried again.
const (
	reasonGaveUp = "media.gave_up"
	reasonNoTool = "media.tool_missing"
)

func worthAnotherTry(reason string) bool { return reason == reasonGaveUp || reason == reasonNoTool }

// reasonOf is the sentence for a refusal; what has numbers in it was refused at the upload already.
func reasonOf(code string) string {
	switch code {
	case mediafile.CodeUnknownType, mediafile.CodeTypeMismatch:
		return code
	}
	return mediafile.CodeBroken
}

// nameOf is our name of a file that mediafile made: "webp640" of "640.webp",
// "posterwebp640" of "poster.640.webp". What pages ask for first has a short one.
func nameOf(file string) string {
	switch file {
	case "avatar.webp":
		return "avatar"
	case "poster.640.jpg":
		return "poster"
	}
	parts := strings.Split(file, ".")
	ext := parts[len(parts)-1]
	switch ext {
	case "mp4", "opus":
		return ext
	case "m4a":
		return "aac"
	case "jpg":
		ext = "jpeg"
	}
	what, size := "", ""
	for _, p := range parts[:len(parts)-1] {
		if strings.Trim(p, "0123456789") == "" {
			size = p
		} else {
			what = p
		}
	}
	return what + ext + size
}
