package files_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"slices"
	"testing"

	"allmende"
	"allmende/internal/mediafile"
)

func TestP1_WhatWeDoNotTakeIsRefusedWithAReason(t *testing.T) {
	limits := mediafile.DefaultLimits()
	limits.ImageBytes, limits.Seconds = 3<<20, 5
	h := open(t, options{limits: limits})
	ada := h.member("ada")
	photo, film, page := load(t, gpsPhoto), load(t, gpsFilm), []byte("<!doctype html><html><script>alert(1)</script></html>")
	for name, c := range map[string]struct {
		file   string
		body   []byte
		status int
		key    string
	}{
		"a drawing with script":   {"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), 415, "media.unknown_type"},
		"a document":              {"a.jpg", []byte("%PDF-1.4 something of a document"), 415, "media.unknown_type"},
		"a page named as picture": {"a.png", page, 415, "media.unknown_type"},
		"a playlist named film":   {"a.mp4", []byte("#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), 415, "media.unknown_type"},
		"nothing":                 {"a.jpg", nil, 415, "media.unknown_type"},
		"an archive":              {"a.jpg", []byte("PK\x03\x04 and so on and so forth"), 415, "media.unknown_type"},
		"a bomb":                  {"a.png", png(40000), 413, "media.too_many_pixels"},
		"half a head":             {"a.jpg", photo[:700], 422, "media.broken"},
		"half a film":             {"a.mp4", film[:60], 422, "media.broken"},
		"a large picture":         {"a.jpg", append(slices.Clone(photo), make([]byte, 1<<20)...), 413, "media.too_large"},
		"a long sound":            {"a.wav", generate(t, "long.wav", "-f", "lavfi", "-i", "sine=duration=65", "-ar", "8000"), 413, "media.too_long"},
	} {
		got := h.send(ada, c.file, c.body)
		if got.StatusCode != c.status {
			t.Errorf("%s: %d, want %d: %s", name, got.StatusCode, c.status, got.body)
			continue
		}
		m := h.medium(got, c.status)
		if m.Key != c.key || len(m.Error) < 20 || bytes.ContainsAny(got.body, "[]") {
			t.Errorf("%s: %s (%s), want %s", name, m.Key, m.Error, c.key)
		}
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	reader := h.people[ada]
	reader.Scopes = "read write:statuses"
	h.people["an app"] = reader
	if got := h.medium(h.send("an app", "a.jpg", photo), http.StatusForbidden); got.Key != "error.scope" {
		t.Errorf("an app that may not: %s", got.Key)
	}
	if got := h.medium(h.send("", "a.jpg", photo), http.StatusUnauthorized); got.Key != "error.sign_in" {
		t.Errorf("nobody: %s", got.Key)
	}
	if got := h.medium(h.ask(ada, http.MethodPost, "/api/media", bytes.NewReader(page), "Content-Type", "text/html"), http.StatusUnsupportedMediaType); got.Key != "http.form_type" {
		t.Errorf("no form: %s", got.Key)
	}
	got := h.ask(ada, http.MethodPost, "/api/media", bytes.NewBufferString("--x\r\nContent-Disposition: form-data; name=\"alt\"\r\n\r\nWiese\r\n--x--\r\n"), "Content-Type", "multipart/form-data; boundary=x", "Accept-Language", "de")
	if m := h.medium(got, http.StatusUnprocessableEntity); m.Key != "media.file_missing" || m.Error != "Es kam keine Datei an." {
		t.Errorf("a form without a file: %+v", m)
	}
}

// png is a PNG of that many pixels either way whose pixels are missing.
func png(side uint32) []byte {
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	return append(append(b, chunk("IDAT", []byte("xxxxxxxxxxxxxxxx"))...), chunk("IEND", nil)...)
}

func TestP1_APictureThatHidesAPageIsOnlyEverAPicture(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	small := generate(t, "a.jpg", "-f", "lavfi", "-i", "testsrc=size=320x240:duration=1", "-frames:v", "1")
	hidden := []byte("<html><script>alert(1)</script>")
	sent := h.medium(h.send(ada, "<b>../a.html", append(small, hidden...)), http.StatusCreated)
	h.work()
	m := h.row(sent.ID)
	h.publish(ada, allmende.AudPublic, m.ID)
	m = h.row(sent.ID)
	for _, name := range []string{"original", "webp320", "jpeg640"} {
		got := h.get(m.Path(name))
		if got.StatusCode != 200 || bytes.Contains(got.body, hidden) {
			t.Errorf("%s: %d, holds the page: %v", name, got.StatusCode, bytes.Contains(got.body, hidden))
		}
		if kind := got.Header.Get("Content-Type"); kind != "image/jpeg" && kind != "image/webp" {
			t.Errorf("%s is %s", name, kind)
		}
	}
	if got := h.get(m.Path("original")).Header.Get("Content-Disposition"); got != "attachment; filename=a.jpg" {
		t.Errorf("saved as %s", got)
	}
}

func TestY1_AFilmThatEndsBehindItsIndexFailsWithAReason(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	id := h.medium(h.send(ada, "a.mp4", load(t, gpsFilm)[:20_000]), http.StatusCreated).ID
	h.work()
	state := h.medium(h.ask(ada, http.MethodGet, "/api/media/"+id, nil, "Accept-Language", "de"), 200)
	if state.State != "failed" || state.Reason != "Diese Datei lässt sich nicht lesen. Vielleicht ist sie beschädigt oder unvollständig." {
		t.Errorf("%+v", state)
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestY1_HalfAFilmEndsSomehow(t *testing.T) {
	h := open(t, options{})
	film := load(t, gpsFilm)
	m := h.row(h.medium(h.send(h.member("ada"), "a.mp4", film[:len(film)/2]), http.StatusCreated).ID)
	h.work()
	m = h.row(m.ID.String())
	if m.State != allmende.MediaDone && (m.State != allmende.MediaFailed || m.Reason != "media.broken") {
		t.Errorf("%+v", m)
	}
}
