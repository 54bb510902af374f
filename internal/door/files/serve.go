package files

import (
	"errors"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/httpx"
)

// serve answers /media/{id}/{key}/{file}. A wrong key is as if there were nothing.
func (f *Files) serve(w http.ResponseWriter, r *http.Request) error {
	m, err := f.medium(r)
	if err != nil {
		return err
	}
	name, hash, kind := fileOf(m, chi.URLParam(r, "file"))
	if hash == "" || !m.Opens(chi.URLParam(r, "key"), hash) {
		return notHere()
	}
	out := sending{media: m, hash: hash, mime: kind, how: "inline", name: fileName(m, name, kind)}
	if name == original {
		ref, kind, err := f.Upload.Original(r.Context(), m)
		if err != nil {
			return err
		}
		out.hash, out.mime, out.how, out.name = ref.Hash, kind, "attachment", fileName(m, name, kind)
	}
	if m.Public {
		httpx.Immutable(w)
	} else {
		httpx.Private(w)
	}
	return f.send(w, r, out)
}

// own gives an owner the untouched original, places and all.
func (f *Files) own(w http.ResponseWriter, r *http.Request) error {
	_, m, err := f.mine(r)
	if err != nil {
		return err
	}
	if m.Blob == "" {
		return notHere()
	}
	httpx.Private(w)
	return f.send(w, r, sending{media: m, hash: m.Blob, mime: m.MIME, how: "attachment", name: fileName(m, original, m.MIME)})
}

const original = "original"

// fileOf finds the variant that the last part of an address names.
func fileOf(m *allmende.Media, file string) (name, hash, kind string) {
	if m.Blob != "" && file == path.Base(m.Path(original)) {
		return original, m.Blob, m.MIME
	}
	for _, v := range m.Variants {
		if file == path.Base(m.Path(v.Name)) {
			return v.Name, v.Blob, v.MIME
		}
	}
	return "", "", ""
}

// sending is one stored file on its way out.
type sending struct {
	media      *allmende.Media
	hash, mime string
	how        string // "inline" or "attachment"
	name       string // for whoever saves it
}

func (f *Files) send(w http.ResponseWriter, r *http.Request, s sending) error {
	file, err := f.Blob.Open(r.Context(), s.hash)
	if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrBadHash) {
		f.Log.Error("a stored file is missing", "media", s.media.ID, "hash", s.hash)
		return notHere()
	}
	if err != nil {
		return err
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Type", safeType(s.mime))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", mime.FormatMediaType(s.how, map[string]string{"filename": s.name}))
	h.Set("ETag", `"`+s.hash+`"`)
	http.ServeContent(w, r, "", time.Time{}, file)
	return nil
}

// safeType lets only pictures, sounds and films be what they say; anything
// else is bytes to a browser.
func safeType(kind string) string {
	sort, _, _ := strings.Cut(kind, "/")
	switch {
	case kind == "image/svg+xml":
	case sort == "image", sort == "audio", sort == "video":
		return kind
	}
	return "application/octet-stream"
}

// fileName is the name under which a variant is saved: the file's own, with
// the variant and the ending of its type.
func fileName(m *allmende.Media, variant, kind string) string {
	stem := strings.TrimSuffix(m.Name, path.Ext(m.Name))
	if stem == "" {
		stem = m.ID.String()
	}
	end := path.Ext((&allmende.Media{Blob: strings.Repeat("0", 64), MIME: kind}).Path(original))
	if variant == original {
		return stem + end
	}
	return stem + "-" + variant + end
}

// sizeJSON is one size to download.
type sizeJSON struct {
	Name   string `json:"name"`
	MIME   string `json:"mime"`
	Width  int    `json:"width,omitempty"`
	Height int    `json:"height,omitempty"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
}

// sizes lists what can be downloaded (row P14): of public media for everyone,
// of others for who owns them or brings their key.
func (f *Files) sizes(w http.ResponseWriter, r *http.Request) error {
	m, err := f.medium(r)
	if err != nil {
		return err
	}
	if !m.Public && !m.Opens(r.URL.Query().Get("key"), strings.Repeat("0", 64)) {
		if _, _, err := f.mine(r); err != nil {
			return notHere()
		}
	}
	list := []sizeJSON{}
	for _, v := range m.Variants {
		list = append(list, sizeJSON{v.Name, v.MIME, v.Width, v.Height, v.Size, m.Path(v.Name)})
	}
	if m.Blob != "" {
		list = append(list, sizeJSON{original, m.MIME, m.Width, m.Height, m.Size, m.Path(original)})
	}
	httpx.Revalidate(w)
	return httpx.WriteJSON(w, http.StatusOK, list)
}
