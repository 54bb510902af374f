// Package files is the door for files: it serves media with ranges and under
// addresses that are permissions, and takes uploads, whole ones by form and
// long ones piece by piece (tus).
package files

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/blob"
	"allmende/internal/httpx"
	"allmende/internal/lang"
	"allmende/internal/read"
)

// Uploader takes files and gives the cleaned ones that others may have; it is
// *upload.Uploader.
type Uploader interface {
	// Upload takes a file as it comes in.
	Upload(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error)
	// Adopt takes a file that lies complete on the disk; on success it is gone from path.
	Adopt(ctx context.Context, v allmende.Viewer, path string, ref blob.Ref, about allmende.Upload) (allmende.ID, error)
	// Admit tells whether a file of that size would be taken, with reserved bytes still to come for others.
	Admit(ctx context.Context, v allmende.Viewer, size, reserved int64) error
	// Check refuses a file by its first bytes and its size.
	Check(head []byte, size int64) error
	// Original is the file that others get as the original, and its type.
	Original(ctx context.Context, m *allmende.Media) (blob.Ref, string, error)
	// MaxBytes is the largest file of any kind.
	MaxBytes() int64
}

// Deps are what the door needs; app hands it in.
type Deps struct {
	Read   *read.Reader
	Blob   blob.Store
	Upload Uploader
	Do     func(context.Context, allmende.Command) (allmende.Result, error)
	// Viewer tells who asks, by cookie or bearer token. For cookies it also
	// checks the X-CSRF-Token of requests that change something.
	Viewer  func(*http.Request) (allmende.Viewer, error)
	TempDir string // uploads under way are kept here; best on the disk of the blobs
	Log     *slog.Logger
	Now     func() time.Time
}

// Files answers for files.
type Files struct {
	Deps
	uploads *uploads
}

// New makes the door and finds the uploads that a restart broke off.
func New(d Deps) (*Files, error) {
	u, err := openUploads(d.TempDir, d.Now)
	if err != nil {
		return nil, err
	}
	return &Files{Deps: d, uploads: u}, nil
}

// Routes adds the door's addresses.
func (f *Files) Routes(r chi.Router) {
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Method(method, "/media/{id}/{key}/{file}", f.handle(f.serve))
		r.Method(method, "/media/{id}/sizes", f.handle(f.sizes))
		r.Method(method, "/api/media/{id}", f.handle(f.state))
		r.Method(method, "/api/media/{id}/original", f.handle(f.own))
	}
	r.Method(http.MethodPost, "/api/media", f.handle(f.take))
	r.Method(http.MethodPost, "/api/media/{id}", f.handle(f.describe))
	f.tusRoutes(r)
}

// Sweep removes uploads that nobody went on with for a day; the clock calls it.
func (f *Files) Sweep() { f.uploads.sweep() }

type handler func(w http.ResponseWriter, r *http.Request) error

func (f *Files) handle(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			f.fail(w, r, err)
		}
	}
}

// fail draws a refusal: a sentence for people who followed an address, JSON for programs.
func (f *Files) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	status := httpx.Status(err)
	if status >= http.StatusInternalServerError {
		f.Log.Error("request failed", "request", httpx.RequestID(r.Context()), "path", r.URL.Path, "err", err)
	}
	httpx.Private(w)
	key, text := words(r, err)
	if strings.HasPrefix(r.URL.Path, "/media/") {
		httpx.WriteBytes(w, status, "text/plain; charset=utf-8", []byte(text+"\n"))
		return
	}
	if err := httpx.WriteJSON(w, status, map[string]string{"error": text, "key": key}); err != nil {
		f.Log.Error("writing an answer", "err", err)
	}
}

// words are an error's key and sentence in the asker's language.
func words(r *http.Request, err error) (key, text string) {
	tag := lang.Match(r.Header.Get("Accept-Language"), "")
	var e *allmende.Error
	if !errors.As(err, &e) || e.Kind == allmende.Internal {
		return "ui.error_internal", lang.T(tag, "ui.error_internal")
	}
	return e.Key, lang.T(tag, e.Key, e.Args...)
}

// medium finds what an address is about.
func (f *Files) medium(r *http.Request) (*allmende.Media, error) {
	id, err := allmende.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return nil, notHere()
	}
	got, err := f.Read.Media(r.Context(), []allmende.ID{id})
	if err != nil {
		return nil, err
	}
	if got[id] == nil {
		return nil, notHere()
	}
	return got[id], nil
}

func notHere() error { return allmende.E(allmende.NotFound, "error.media_not_found") }

// scope is the right that an app needs for all of this, as Mastodon's apps ask for it.
const scope = "write:media"

// signedIn tells who asks; nobody is refused, and so are apps without the right.
func (f *Files) signedIn(r *http.Request) (allmende.Viewer, error) {
	v, err := f.Viewer(r)
	if err != nil {
		return v, err
	}
	if v.Anonymous() {
		return v, allmende.E(allmende.SignIn, "error.sign_in")
	}
	if v.Scopes != "" && !auth.Allows(v.Scopes, scope) {
		return v, allmende.E(allmende.Forbidden, "error.scope", "scope", scope)
	}
	httpx.NoteActor(r.Context(), v.Actor)
	return v, nil
}

// mine finds a medium of the asker's actor or person; others hear nothing of it.
func (f *Files) mine(r *http.Request) (allmende.Viewer, *allmende.Media, error) {
	v, err := f.signedIn(r)
	if err != nil {
		return v, nil, err
	}
	m, err := f.medium(r)
	if err != nil {
		return v, nil, err
	}
	owns, err := f.owns(r.Context(), v, m)
	if err == nil && !owns {
		err = notHere()
	}
	return v, m, err
}

func (f *Files) owns(ctx context.Context, v allmende.Viewer, m *allmende.Media) (bool, error) {
	if m.Owner == v.Actor {
		return true, nil
	}
	actors, err := f.Read.ActsAs(ctx, v.Account)
	if err != nil {
		return false, err
	}
	for _, a := range actors {
		if a.ID == m.Owner && a.Kind == allmende.Person {
			return true, nil
		}
	}
	return false, nil
}
