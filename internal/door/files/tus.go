package files

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/httpx"
)

// Uploads piece by piece, as tus 1.0.0 describes them (https://tus.io/protocols/resumable-upload):
// core, creation, termination, checksum and expiration. The id of the finished
// medium stands in the header below, in the answer to the last piece and to
// every later question.

const (
	tusVersion  = "1.0.0"
	mediaHeader = "Allmende-Media"
	tusChecksum = "sha1,sha256"
	mostUploads = 50 // that one account may have under way
	badChecksum = 460
)

func (f *Files) tusRoutes(r chi.Router) {
	r.Method(http.MethodOptions, "/api/upload", f.tus(f.tusOptions))
	r.Method(http.MethodPost, "/api/upload", f.tus(f.tusCreate))
	r.Method(http.MethodHead, "/api/upload/{upload}", f.tus(f.tusHead))
	r.Method(http.MethodPatch, "/api/upload/{upload}", f.tus(f.tusPatch))
	r.Method(http.MethodDelete, "/api/upload/{upload}", f.tus(f.tusDelete))
}

// tus adds what all answers have and refuses other versions (core, "Headers").
func (f *Files) tus(h handler) http.HandlerFunc {
	return f.handle(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Tus-Resumable", tusVersion)
		httpx.Private(w)
		if r.Method != http.MethodOptions && r.Header.Get("Tus-Resumable") != tusVersion {
			w.Header().Set("Tus-Version", tusVersion)
			return f.tusSay(w, r, http.StatusPreconditionFailed, allmende.E(allmende.Unsupported, "media.upload_version"))
		}
		return h(w, r)
	})
}

// tusSay refuses with a status that tus prescribes and that no kind of error has.
func (f *Files) tusSay(w http.ResponseWriter, r *http.Request, status int, why error) error {
	key, text := words(r, why)
	return httpx.WriteJSON(w, status, map[string]string{"error": text, "key": key})
}

func (f *Files) tusOptions(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", "creation,termination,checksum,expiration")
	h.Set("Tus-Max-Size", strconv.FormatInt(f.Upload.MaxBytes(), 10))
	h.Set("Tus-Checksum-Algorithm", tusChecksum)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// tusCreate begins an upload: quota and disk are looked at before a byte moves.
func (f *Files) tusCreate(w http.ResponseWriter, r *http.Request) error {
	v, err := f.signedIn(r)
	if err != nil {
		return err
	}
	length, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || length <= 0 {
		return allmende.E(allmende.Invalid, "media.upload_length")
	}
	mine, reserved := f.uploads.open(v.Account)
	if mine >= mostUploads {
		return allmende.E(allmende.TooMany, "media.uploads_many", "max", mostUploads)
	}
	if err := f.Upload.Admit(r.Context(), v, length, reserved); err != nil {
		return err
	}
	about, err := readMetadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	s, err := f.uploads.create(v, length, about)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/api/upload/"+s.ID)
	w.Header().Set("Upload-Expires", s.expires().Format(http.TimeFormat))
	w.WriteHeader(http.StatusCreated)
	return nil
}

// readMetadata reads "filename d2llc2U=,alt …" (creation, "Upload-Metadata").
func readMetadata(header string) (allmende.Upload, error) {
	about := allmende.Upload{Via: "api"}
	if len(header) > fieldBytes {
		return about, allmende.E(allmende.TooLarge, "http.too_large", "limit", fieldBytes)
	}
	for pair := range strings.SplitSeq(header, ",") {
		key, coded, _ := strings.Cut(strings.TrimSpace(pair), " ")
		value, err := base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
		if err != nil {
			return about, allmende.E(allmende.Invalid, "http.bad_form").Because(err)
		}
		switch text := strings.ToValidUTF8(string(value), ""); key {
		case "filename", "name":
			about.Name = text
		case "alt":
			about.Alt = text
		case "focus":
			if about.FocusX, about.FocusY, err = readFocus(text); err != nil {
				return about, err
			}
		}
	}
	return about, nil
}

// held finds the asker's upload and takes it from whoever has it: a client that
// comes again has lost its old connection.
func (f *Files) held(w http.ResponseWriter, r *http.Request) (*upload, allmende.Viewer, error) {
	v, err := f.signedIn(r)
	if err != nil {
		return nil, v, err
	}
	control := http.NewResponseController(w)
	u, err := f.uploads.hold(r.Context(), chi.URLParam(r, "upload"), v, func() { _ = control.SetReadDeadline(time.Unix(1, 0)) })
	return u, v, err
}

func (f *Files) tusHead(w http.ResponseWriter, r *http.Request) error {
	u, v, err := f.held(w, r)
	if err != nil {
		return err
	}
	defer u.release()
	if u.Offset == u.Length && u.Media == 0 { // the server stopped between the last piece and the end
		if err := f.finish(r.Context(), u, v); err != nil {
			return err
		}
	}
	w.Header().Set("Upload-Length", strconv.FormatInt(u.Length, 10))
	u.tell(w.Header())
	w.WriteHeader(http.StatusOK)
	return nil
}

func (u *upload) tell(h http.Header) {
	h.Set("Upload-Offset", strconv.FormatInt(u.Offset, 10))
	h.Set("Upload-Expires", u.expires().Format(http.TimeFormat))
	if u.Media != 0 {
		h.Set(mediaHeader, u.Media.String())
	}
}

func (f *Files) tusPatch(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		return allmende.E(allmende.Unsupported, "http.form_type")
	}
	u, v, err := f.held(w, r)
	if err != nil {
		return err
	}
	defer u.release()
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset != u.Offset {
		return allmende.E(allmende.Conflict, "media.upload_offset").Because(err)
	}
	sum, want, err := checksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return err
	}
	if u.Media == 0 {
		if err := f.piece(r, u, sum, want); errors.Is(err, errChecksum) {
			return f.tusSay(w, r, badChecksum, allmende.E(allmende.Invalid, "media.upload_checksum"))
		} else if err != nil {
			return err
		}
		if u.Offset == u.Length {
			if err := f.finish(r.Context(), u, v); err != nil {
				return err
			}
		}
	}
	u.tell(w.Header())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// piece appends what comes, and refuses early what we would not take.
func (f *Files) piece(r *http.Request, u *upload, sum hash.Hash, want []byte) error {
	early := u.Offset == 0
	if err := u.append(r.Body, sum, want); err != nil {
		return err
	}
	if !early {
		return nil
	}
	head, err := u.head()
	if err != nil {
		return err
	}
	if int64(len(head)) < u.Length && len(head) < headBytes {
		return nil // too little to tell yet; the end will
	}
	if err := f.Upload.Check(head, u.Length); err != nil {
		u.drop()
		return err
	}
	return nil
}

// finish makes the complete file a medium. What is refused for good is removed;
// what failed for want of room stays for another try.
func (f *Files) finish(ctx context.Context, u *upload, v allmende.Viewer) error {
	ref, err := u.ref()
	if err != nil {
		return err
	}
	// The client may leave now: all bytes are here.
	id, err := f.Upload.Adopt(context.WithoutCancel(ctx), v, u.path(), ref, u.About)
	if err != nil {
		if kind := allmende.KindOf(err); kind != allmende.Internal && kind != allmende.Unavailable {
			u.drop()
		}
		return err
	}
	u.Media = id
	return u.save()
}

func (f *Files) tusDelete(w http.ResponseWriter, r *http.Request) error {
	u, _, err := f.held(w, r)
	if err != nil {
		return err
	}
	u.drop()
	u.release()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

var errChecksum = errors.New("files: checksum of a piece does not fit")

// checksum reads "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=" (checksum, "Upload-Checksum").
func checksum(header string) (hash.Hash, []byte, error) {
	if header == "" {
		return nil, nil, nil
	}
	name, coded, _ := strings.Cut(header, " ")
	want, err := base64.StdEncoding.DecodeString(coded)
	switch {
	case err == nil && name == "sha1":
		return sha1.New(), want, nil // tus demands it; it guards against broken lines, not against people
	case err == nil && name == "sha256":
		return sha256.New(), want, nil
	}
	return nil, nil, allmende.E(allmende.Invalid, "media.upload_checksum")
}
