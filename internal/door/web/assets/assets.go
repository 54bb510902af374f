// Package assets serves the pages' script, style and icons: embedded, named by
// hash, compressed beforehand and kept by browsers for ever.
//
// The sources stand in src/, the built files in dist/ (committed, so that
// building the program needs no further tool). After changing src/ run
//
//	go run ./internal/door/web/assets/build
package assets

import (
	"embed"
	"encoding/json"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Prefix is where Handler is to be mounted.
const Prefix = "/assets/"

//go:embed dist
var dist embed.FS

// file is a built file with its compressed twins; br and gz may be missing.
type file struct {
	kind           string
	plain, gz, br  []byte
	plainName, tag string
}

// shelf is read from the embedded folder once and never changes.
type shelf struct {
	urls  map[string]string // "app.css" to "/assets/app-….css"
	files map[string]*file  // "app-….css"
}

var built = sync.OnceValue(func() shelf {
	s, err := load()
	if err != nil {
		panic(err) // the files are part of the program; a test loads them first
	}
	return s
})

func load() (shelf, error) {
	s := shelf{urls: map[string]string{}, files: map[string]*file{}}
	body, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return s, err
	}
	names := map[string]string{}
	if err := json.Unmarshal(body, &names); err != nil {
		return s, err
	}
	for name, hashed := range names {
		f := &file{kind: contentType(hashed), plainName: name, tag: `"` + hashed + `"`}
		if f.plain, err = dist.ReadFile("dist/" + hashed); err != nil {
			return s, err
		}
		if f.gz, err = twin(hashed + ".gz"); err != nil {
			return s, err
		}
		if f.br, err = twin(hashed + ".br"); err != nil {
			return s, err
		}
		s.urls[name] = Prefix + hashed
		s.files[hashed] = f
	}
	return s, nil
}

func twin(name string) ([]byte, error) {
	body, err := dist.ReadFile("dist/" + name)
	if err != nil && !isNotExist(err) {
		return nil, err
	}
	return body, nil
}

func isNotExist(err error) bool {
	pe, ok := err.(*fs.PathError)
	return ok && pe.Err == fs.ErrNotExist
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// URL is the address of a built file by its plain name ("app.css"); empty when
// there is none, which a test of the pages notices.
func URL(name string) string { return built().urls[name] }

// Handler serves Prefix. Unknown names are 404; everything else never changes.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := built().files[strings.TrimPrefix(r.URL.Path, Prefix)]
		if f == nil {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		f.serve(w, r)
	})
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.plain
	accepts := r.Header.Get("Accept-Encoding")
	switch {
	case f.br != nil && takes(accepts, "br"):
		h.Set("Content-Encoding", "br")
		body = f.br
	case f.gz != nil && takes(accepts, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = f.gz
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the reader went away; nothing to do about it
}

// takes tells whether an Accept-Encoding header names the coding and does not
// forbid it by q=0.
func takes(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			q := strings.TrimSpace(params)
			return q != "q=0" && q != "q=0.0"
		}
	}
	return false
}
