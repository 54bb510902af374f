// Package preview fetches pages that people link to and keeps what they say of
// themselves, with a copy of their picture (row F15): readers' browsers call no
// foreign server.
package preview

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/fetch"
	"allmende/internal/outlet"
	"allmende/internal/store"
)

const (
	maxPage    = 512 << 10
	maxPicture = 5 << 20
	attempts   = 2
	goodFor    = 30 * 24 * time.Hour // how long a preview is not fetched again
	nothingFor = 24 * time.Hour      // the same for a page that had none
)

// Options suit this outlet: several pages at once, and no stubbornness.
var Options = outlet.Options{Workers: 4, Timeout: 90 * time.Second, Attempts: attempts + 1, Backoff: time.Minute}

// House is what the outlet needs of the house around it.
type House struct {
	DB    *db.DB
	Fetch *fetch.Client
	Log   *slog.Logger
	Now   func() time.Time
	// Do hands back what was learned.
	Do func(ctx context.Context, cmd allmende.Command) (allmende.Result, error)
	// Upload keeps a picture under the server's own name.
	Upload func(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error)
}

// Outlet fetches link previews; a job's key is the address.
type Outlet struct{ House }

// New makes the outlet of a house.
func New(h House) *Outlet { return &Outlet{h} }

// Name is "preview".
func (o *Outlet) Name() string { return "preview" }

// Run fetches one preview unless there is a fresh one, or nobody shows it any more.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	address := job.Key
	old, err := o.known(ctx, address)
	if err != nil || o.fresh(old) {
		return err
	}
	if shown, err := o.shown(ctx, address); err != nil || !shown {
		return err
	}
	got, err := o.fetch(ctx, address, old)
	if err != nil {
		if ctx.Err() != nil || allmende.IsKind(err, allmende.Unavailable) && job.Attempts < attempts {
			return err
		}
		o.Log.Info("no link preview", "url", address, "error", err)
		if got = old; old.State != "done" { // an old preview is better than none
			got = allmende.Preview{URL: address, State: "none"}
		}
	}
	_, err = o.Do(ctx, &allmende.PreviewMade{Act: allmende.Act{As: allmende.Server, Via: "outlet"}, Preview: got})
	return err
}

func (o *Outlet) known(ctx context.Context, address string) (allmende.Preview, error) {
	got, err := store.PreviewsOf(ctx, o.DB.Read(), []string{address})
	if err != nil || len(got) == 0 {
		return allmende.Preview{URL: address}, err
	}
	return got[0], nil
}

// shown tells whether something published shows the preview; the newest few
// that link to the page are looked at.
func (o *Outlet) shown(ctx context.Context, address string) (bool, error) {
	ids, err := store.ObjectsPreviewing(ctx, o.DB.Read(), address)
	if err != nil {
		return false, err
	}
	objects, err := store.ObjectsByID(ctx, o.DB.Read(), ids[:min(len(ids), 50)])
	return slices.ContainsFunc(objects, func(x allmende.Object) bool { return x.State == allmende.Published }), err
}

func (o *Outlet) fresh(p allmende.Preview) bool {
	age := o.Now().Sub(p.FetchedAt)
	return p.State == "done" && age < goodFor || p.State == "none" && age < nothingFor
}

// fetch reads the page. Without a title there is nothing to show.
func (o *Outlet) fetch(ctx context.Context, address string, old allmende.Preview) (allmende.Preview, error) {
	page, err := o.Fetch.Get(ctx, address, fetch.Want{Types: []string{"text/html", "application/xhtml+xml"}, MaxBytes: maxPage, Cut: true})
	if err != nil {
		return allmende.Preview{}, err
	}
	f := parse(page.Body, page.Header.Get("Content-Type"), page.URL)
	if f.preview.Title == "" {
		return allmende.Preview{}, allmende.E(allmende.Unsupported, "error.fetch_type")
	}
	p := f.preview
	p.URL, p.State = address, "done"
	switch {
	case f.image == nil:
	case old.Image != 0:
		p.Image = old.Image // pages seldom change their picture
	default:
		p.Image = o.picture(ctx, f)
	}
	return p, nil
}

// picture keeps a copy of the page's picture; zero when it cannot be had, which
// is no reason to show no preview.
func (o *Outlet) picture(ctx context.Context, f facts) allmende.ID {
	got, err := o.Fetch.Get(ctx, f.image.String(), fetch.Want{MaxBytes: maxPicture,
		Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"}})
	if err != nil {
		o.Log.Info("no picture for a link preview", "url", f.image.String(), "error", err)
		return 0
	}
	id, err := o.Upload(ctx, allmende.Viewer{Actor: allmende.Server}, bytes.NewReader(got.Body),
		allmende.Upload{Via: "outlet", Name: fileName(got.URL), Alt: f.alt})
	if err != nil {
		o.Log.Info("the picture of a link preview was not taken", "url", f.image.String(), "error", err)
		return 0
	}
	return id
}

// fileName is the last part of an address.
func fileName(u *url.URL) string {
	name := path.Base(u.Path)
	if name == "." || name == "/" || strings.TrimSpace(name) == "" {
		return "preview"
	}
	return line(name, 100)
}
