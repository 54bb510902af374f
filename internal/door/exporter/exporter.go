// Package exporter is the door through which members carry their things away:
// one archive with everything they made, said and kept, readable offline and
// importable again (rows R3, F16).
package exporter

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/read"
	"allmende/internal/wire/archive"
)

// Deps are what the door needs; app hands it in.
type Deps struct {
	Read          *read.Reader
	Blob          blob.Store
	BaseURL       string // "https://example.org"
	AccountDomain string
	Version       string
	Now           func() time.Time
}

// Exporter writes archives.
type Exporter struct{ Deps }

// New makes the door.
func New(d Deps) *Exporter { return &Exporter{d} }

// part is how many objects are loaded at once.
const part = 200

// writing is one archive under way.
type writing struct {
	*Exporter
	ctx     context.Context
	viewer  allmende.Viewer
	zip     *zip.Writer
	note    func(done int) // told of each object; may be nil
	actors  map[allmende.ID]*allmende.Actor
	media   []archive.Media
	seen    map[allmende.ID]bool // media in the archive
	index   *index
	objects int
}

// Write writes everything of the viewer's actor as one zip file. Note, which
// may be nil, hears how many objects are done.
func (e *Exporter) Write(ctx context.Context, v allmende.Viewer, to io.Writer, note func(done int)) error {
	w := &writing{Exporter: e, ctx: ctx, viewer: v, zip: zip.NewWriter(to), note: note,
		actors: map[allmende.ID]*allmende.Actor{}, seen: map[allmende.ID]bool{}}
	head, err := w.head()
	if err != nil {
		return err
	}
	w.index = newIndex(head)
	for _, step := range []func() error{
		func() error { return w.json(archive.HeadFile, head) },
		w.writeObjects,
		w.writeRelations,
		w.writeReactions,
		func() error { return w.writeMedia(head) },
		func() error { return w.json(archive.MediaFile, w.media) },
		w.writeIndex,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return w.zip.Close()
}

func (w *writing) json(name string, value any) error {
	out, err := w.create(name)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}

func (w *writing) create(name string) (io.Writer, error) {
	return w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: w.Now()})
}

// head is whose archive it is.
func (w *writing) head() (archive.Head, error) {
	a, err := w.Read.Actor(w.ctx, w.viewer.Actor)
	if err != nil {
		return archive.Head{}, err
	}
	h := archive.Head{Format: archive.Format, Version: archive.Version, Program: "Allmende " + w.Version, Made: w.Now().UTC(), URL: w.BaseURL,
		Actor: archive.Actor{Handle: w.handle(a), URL: w.BaseURL + a.Path(), Kind: string(a.Kind), DisplayName: a.DisplayName, Bio: a.Bio,
			Avatar: idText(a.Avatar), Header: idText(a.Header), Locked: a.Locked, Discover: a.Discover, Created: a.CreatedAt}}
	for _, f := range a.Fields {
		h.Actor.Fields = append(h.Actor.Fields, archive.Field{Name: f.Name, Value: f.Value})
	}
	account, err := w.Read.Account(w.ctx, w.viewer)
	if allmende.IsKind(err, allmende.NotFound) {
		return h, nil
	}
	if err != nil || account.Actor != a.ID { // whoever runs an organisation is not part of it
		return h, err
	}
	h.Account = &archive.Account{Email: account.Email, Lang: account.Lang, Created: account.CreatedAt, Settings: account.Settings}
	return h, nil
}

func idText(id allmende.ID) string {
	if id == 0 {
		return ""
	}
	return id.String()
}

// handle is a full name: local ones get this server's domain.
func (w *writing) handle(a *allmende.Actor) string {
	if a.Local() {
		return a.Name + "@" + w.AccountDomain
	}
	return a.Handle()
}

// handles are full names of actors, those that are gone left out.
func (w *writing) handles(ids []allmende.ID) ([]string, error) {
	var missing []allmende.ID
	for _, id := range ids {
		if id != 0 && w.actors[id] == nil {
			missing = append(missing, id)
		}
	}
	if len(missing) > 0 {
		got, err := w.Read.Actors(w.ctx, missing)
		if err != nil {
			return nil, err
		}
		for id, a := range got {
			w.actors[id] = a
		}
	}
	out := []string{}
	for _, id := range ids {
		if a := w.actors[id]; a != nil {
			out = append(out, w.handle(a))
		}
	}
	return out, nil
}

// writeMedia writes the originals: of everything in the archive, and of the profile.
func (w *writing) writeMedia(h archive.Head) error {
	for _, text := range []string{h.Actor.Avatar, h.Actor.Header} {
		if id, err := allmende.ParseID(text); err == nil {
			w.seen[id] = true
		}
	}
	ids := make([]allmende.ID, 0, len(w.seen))
	for id := range w.seen {
		ids = append(ids, id)
	}
	w.media = []archive.Media{}
	for len(ids) > 0 {
		n := min(len(ids), part)
		got, err := w.Read.Media(w.ctx, ids[:n])
		if err != nil {
			return err
		}
		for _, id := range ids[:n] {
			if m := got[id]; m != nil {
				if err := w.medium(m); err != nil {
					return err
				}
			}
		}
		ids = ids[n:]
	}
	return nil
}

// medium copies one original. The actor's own file is not scrubbed; of what
// others put into a common text, there is what everybody sees of it.
func (w *writing) medium(m *allmende.Media) error {
	entry := archive.Media{ID: m.ID.String(), Name: m.Name, Kind: m.Kind, MIME: m.MIME, Alt: m.Alt, Licence: m.Licence,
		FocusX: m.FocusX, FocusY: m.FocusY, Width: m.Width, Height: m.Height}
	name, hash := "original", m.Blob
	if m.Owner != w.viewer.Actor && !m.ShowPlace {
		v := largest(m)
		name, hash, entry.MIME = v.Name, v.Blob, v.MIME
	}
	if hash == "" {
		w.media = append(w.media, entry)
		return nil
	}
	f, err := w.Blob.Open(w.ctx, hash)
	if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrBadHash) {
		w.media = append(w.media, entry) // a remote picture that was never fetched
		return nil
	}
	if err != nil {
		return fmt.Errorf("export: medium %s: %w", m.ID, err)
	}
	defer f.Close()
	entry.File = archive.MediaDir + m.ID.String() + path.Ext(m.Path(name))
	w.media = append(w.media, entry)
	out, err := w.zip.CreateHeader(&zip.FileHeader{Name: entry.File, Method: zip.Store, Modified: m.CreatedAt})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

// largest is the largest of the files made of a medium that show it as it is.
func largest(m *allmende.Media) allmende.Variant {
	var best allmende.Variant
	for _, v := range m.Variants {
		if strings.HasPrefix(v.MIME, m.Kind+"/") && (v.Width > best.Width || v.Width == best.Width && v.Size > best.Size) {
			best = v
		}
	}
	return best
}
