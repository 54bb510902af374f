package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/blob"
	"allmende/internal/config"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/door/clock"
	"allmende/internal/door/mastodon"
	"allmende/internal/door/web"
	"allmende/internal/live"
	"allmende/internal/mediafile"
	"allmende/internal/outlet"
	"allmende/internal/read"
	"allmende/internal/store"
	"allmende/internal/upload"
)

// House is everything, built and connected. Doors and outlets know only their
// neighbours; who needs to see all of it (tests, the command line) takes House.
type House struct {
	Config  config.Config
	Log     *slog.Logger
	Now     func() time.Time
	Version string

	DB      *db.DB
	Hub     *live.Hub
	Read    *read.Reader
	Core    *core.Core
	Auth    *auth.Auth
	Blob    blob.Store
	Files   *mediafile.Runner
	Upload  *upload.Uploader
	Runner  *outlet.Runner
	Unsent  *live.Outbox // mails that could not be sent, for the admin page
	Handler http.Handler

	lock    *dirLock
	shelf   *live.Shelf
	serving atomic.Bool // it answers at its address
	metrics *metrics
	web     *web.Web
	apps    *mastodon.Door
	clock   *clock.Clock
	setUpAt func(address string) // nil: only the log says it
}

// Options are what a house may be given besides its settings. The zero value is right.
type Options struct {
	Version string           // of the binary
	Now     func() time.Time // nil: the machine's clock
	Reserve *blob.Reserve    // room that the disk keeps; nil: the usual

	// SetUpAt hears, once the server listens, where the first admin sets the
	// community up; not called when that has been done. The log says it as well.
	SetUpAt func(address string)
}

// New opens the data and builds everything, but starts nothing: no outlet
// works and nobody is answered before Serve. Only one house at a time has a
// data directory; another is Unavailable.
func New(ctx context.Context, cfg config.Config, log *slog.Logger, o Options) (*House, error) {
	h := &House{Config: cfg, Log: log, Now: o.Now, Version: o.Version, setUpAt: o.SetUpAt}
	if h.Now == nil {
		h.Now = time.Now
	}
	if err := h.open(ctx, o); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	if err := h.build(); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// open takes the data directory, the database and the media.
func (h *House) open(ctx context.Context, o Options) error {
	for _, dir := range []string{h.Config.Data, h.Config.TempDir()} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	var err error
	if h.lock, err = lockDir(ctx, h.Config.Data); err != nil {
		return err
	}
	if h.DB, err = db.Open(ctx, h.Config.DatabaseDSN(), db.Options{Logger: h.Log, Migrations: store.Migrations}); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	reserve := blob.DefaultReserve
	if o.Reserve != nil {
		reserve = *o.Reserve
	}
	if h.shelf, err = live.NewShelf(h.Config.TempDir(), shelfBytes); err != nil {
		return err
	}
	h.Blob, err = openBlobs(h.Config, reserve)
	return err
}

// shelfBytes is how much of the disk may be taken by what memory has no room for.
const shelfBytes = 512 << 20

// openBlobs opens where media are kept.
func openBlobs(cfg config.Config, reserve blob.Reserve) (blob.Store, error) {
	if cfg.S3() {
		return nil, allmende.E(allmende.Unsupported, "cli.no_bucket")
	}
	dir, err := blob.OpenDir(cfg.MediaDir(), reserve)
	if err != nil {
		return nil, fmt.Errorf("media directory: %w", err)
	}
	return dir, nil
}

// build connects the parts, from the ground up: who listens to the hub first
// hears first, so caches stand before those who read through them.
func (h *House) build() error {
	cfg := h.Config
	h.Hub, h.Unsent = &live.Hub{}, &live.Outbox{}
	h.metrics = newMetrics(h.Hub, h.Version)
	h.Read = read.New(h.DB, h.Hub, h.Log, h.Now)
	h.Read.UseShelf(h.shelf)
	h.Core = core.New(h.DB, h.Read, h.Hub, h.Log, h.Now, core.Settings{
		BaseURL: cfg.URL, Registration: cfg.Registration, NoteMax: cfg.Limits.Note, ArticleMax: cfg.Limits.Article,
		MediaPerPost: mediaPerPost, PerHour: perHour(cfg)})
	var err error
	if h.Auth, err = auth.New(h.DB, h.Hub, h.Log, h.Now, auth.Settings{BaseURL: cfg.URL, Name: cfg.Domain(), Failures: failures(cfg)}); err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	if h.Files, err = mediafile.NewRunner(mediafile.Config{Limits: mediaLimits(cfg.Limits), Log: h.Log}); err != nil {
		return err
	}
	h.Upload, err = upload.New(upload.Deps{Blob: h.Blob, Media: h.Files, Do: h.Core.Do, Used: h.used,
		Quota: int64(cfg.Limits.Quota), ShowPlace: h.showPlace, TempDir: cfg.TempDir(), Log: h.Log})
	if err != nil {
		return err
	}
	if err := h.buildRunner(); err != nil {
		return err
	}
	h.Handler, err = h.routes()
	return err
}

// mediaPerPost is how many pictures, sounds and films one post may show.
const mediaPerPost = 16

// perHour is how many objects an account may publish in an hour.
func perHour(cfg config.Config) int {
	if !cfg.Limits.RateOn() {
		return 0
	}
	return 300
}

// failures is how often one may mistype a password in a quarter of an hour.
func failures(cfg config.Config) int {
	if !cfg.Limits.RateOn() {
		return 0
	}
	return 10
}

func mediaLimits(l config.Limits) mediafile.Limits {
	m := mediafile.DefaultLimits()
	m.ImageBytes, m.AudioBytes, m.VideoBytes = int64(l.Image), int64(l.Audio), int64(l.Video)
	m.ImagePixels, m.Seconds = int64(l.ImageMegapixels)*1_000_000, int(l.Duration.Seconds())
	return m
}

// used is how many bytes an actor's media take.
func (h *House) used(ctx context.Context, owner allmende.ID) (int64, error) {
	return store.MediaBytes(ctx, h.DB.Read(), owner)
}

// showPlace tells whether a member wants the place of pictures kept and shown.
func (h *House) showPlace(ctx context.Context, account allmende.ID) (bool, error) {
	if account == 0 {
		return false, nil // an organisation's file, brought by who runs the server
	}
	a, err := store.AccountByID(ctx, h.DB.Read(), account)
	return a.Settings.ShowPlaceEXIF, err
}

// uploadFor is how a door that knows nothing of files hands one on.
func (h *House) uploadFor(via string) func(ctx context.Context, v allmende.Viewer, name string, body io.Reader, alt string) (allmende.ID, error) {
	return func(ctx context.Context, v allmende.Viewer, name string, body io.Reader, alt string) (allmende.ID, error) {
		return h.Upload.Upload(ctx, v, body, allmende.Upload{Via: via, Name: name, Alt: alt})
	}
}

// Close lets go of everything. Closing again changes nothing.
func (h *House) Close() error {
	var errs []error
	if h.DB != nil {
		errs = append(errs, h.DB.Close())
	}
	if h.shelf != nil {
		errs = append(errs, h.shelf.Close())
		h.shelf = nil
	}
	if h.lock != nil {
		errs = append(errs, h.lock.release())
		h.lock = nil
	}
	return errors.Join(errs...)
}
