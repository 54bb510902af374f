package files_test

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
)

const tus = "Tus-Resumable"

func (h *house) create(who string, length int, meta ...string) answer {
	h.Helper()
	var pairs []string
	for i := 0; i < len(meta); i += 2 {
		pairs = append(pairs, meta[i]+" "+base64.StdEncoding.EncodeToString([]byte(meta[i+1])))
	}
	return h.ask(who, http.MethodPost, "/api/upload", nil, tus, "1.0.0", "Upload-Length", strconv.Itoa(length), "Upload-Metadata", strings.Join(pairs, ","))
}

func (h *house) patch(who, at string, offset int, piece []byte, headers ...string) answer {
	h.Helper()
	return h.ask(who, http.MethodPatch, at, bytes.NewReader(piece), append([]string{tus, "1.0.0", "Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream"}, headers...)...)
}

func (h *house) offset(who, at string) (int, string) {
	h.Helper()
	got := h.ask(who, http.MethodHead, at, nil, tus, "1.0.0")
	if got.StatusCode != 200 {
		h.Fatalf("HEAD: %d", got.StatusCode)
	}
	n, err := strconv.Atoi(got.Header.Get("Upload-Offset"))
	h.must(err)
	return n, got.Header.Get("Allmende-Media")
}

func TestY1_AnUploadGoesOnAfterABreak(t *testing.T) {
	h := open(t, options{})
	ada, ben := h.member("ada"), h.member("ben")
	file := load(t, gpsPhoto)
	begun := h.create(ada, len(file), "filename", "../../etc/wiese.jpg", "alt", "Wiese", "focus", "0.5,0")
	at := begun.Header.Get("Location")
	if begun.StatusCode != http.StatusCreated || !strings.HasPrefix(at, "/api/upload/") || begun.Header.Get("Upload-Expires") == "" {
		t.Fatalf("%d %v", begun.StatusCode, begun.Header)
	}
	if got := h.patch(ada, at, 0, file[:1_000_000]); got.StatusCode != http.StatusNoContent || got.Header.Get("Upload-Offset") != "1000000" {
		t.Fatalf("the first piece: %d %s", got.StatusCode, got.body)
	}
	if got := h.patch(ada, at, 500, file[500:600]); got.StatusCode != http.StatusConflict {
		t.Errorf("a piece at the wrong place: %d", got.StatusCode)
	}
	if got := h.ask(ben, http.MethodHead, at, nil, tus, "1.0.0"); got.StatusCode != http.StatusNotFound {
		t.Errorf("another's upload: %d", got.StatusCode)
	}

	h.breakOff(ada, at, 1_000_000, file[1_000_000:1_500_000], len(file)-1_000_000)
	offset, _ := h.offset(ada, at) // takes it from the lost connection
	if offset < 1_000_000 || offset > 1_500_000 {
		t.Fatalf("after the break: %d", offset)
	}

	h.server.Close()
	h.scribble(strings.TrimPrefix(at, "/api/upload/")) // it crashed and had written more than it noted
	h.start()
	if again, _ := h.offset(ada, at); again != offset {
		t.Errorf("after the restart: %d, was %d", again, offset)
	}
	end := h.patch(ada, at, offset, file[offset:])
	id := end.Header.Get("Allmende-Media")
	if end.StatusCode != http.StatusNoContent || id == "" {
		t.Fatalf("the last piece: %d %s", end.StatusCode, end.body)
	}
	if n, again := h.offset(ada, at); n != len(file) || again != id {
		t.Errorf("asked again: %d, %s", n, again)
	}
	m := h.row(id)
	if m.Size != int64(len(file)) || m.Name != "wiese.jpg" || m.Alt != "Wiese" || m.FocusX != 0.5 {
		t.Errorf("%+v", m)
	}
	h.work()
	if own := h.ask(ada, http.MethodGet, "/api/media/"+id+"/original", nil); !bytes.Equal(own.body, file) {
		t.Error("other bytes have arrived")
	}
}

// scribble writes behind what the state of an upload claims.
func (h *house) scribble(id string) {
	h.Helper()
	f, err := os.OpenFile(filepath.Join(h.dir, "pieces", id+".part"), os.O_APPEND|os.O_WRONLY, 0)
	h.must(err)
	_, err = f.WriteString("what was on its way")
	h.must(err)
	h.must(f.Close())
}

// breakOff sends a part of a piece and leaves the connection hanging.
func (h *house) breakOff(who, at string, offset int, part []byte, claimed int) {
	h.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.server.URL, "http://"))
	h.must(err)
	h.Cleanup(func() { c.Close() })
	_, err = fmt.Fprintf(c, "PATCH %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: %d\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", at, who, offset, claimed)
	h.must(err)
	line, err := bufio.NewReader(c).ReadString('\n') // the door reads
	h.must(err)
	if !strings.Contains(line, "100") {
		h.Fatalf("want to go on, got %s", line)
	}
	_, err = c.Write(part)
	h.must(err)
}

func TestY1_APieceThatArrivedWrongIsSentAgain(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	file := load(t, shortOgg)
	at := h.create(ada, len(file), "filename", "a.ogg").Header.Get("Location")
	sum := func(b []byte) string {
		s := sha1.Sum(b)
		return "sha1 " + base64.StdEncoding.EncodeToString(s[:])
	}
	half := len(file) / 2
	if got := h.patch(ada, at, 0, file[:half], "Upload-Checksum", sum(file)); got.StatusCode != 460 {
		t.Errorf("a wrong piece: %d", got.StatusCode)
	}
	if n, _ := h.offset(ada, at); n != 0 {
		t.Errorf("the wrong piece counts: %d", n)
	}
	for _, part := range [][2]int{{0, half}, {half, len(file)}} {
		piece := file[part[0]:part[1]]
		if got := h.patch(ada, at, part[0], piece, "Upload-Checksum", sum(piece)); got.StatusCode != http.StatusNoContent {
			t.Fatalf("%d %s", got.StatusCode, got.body)
		}
	}
	_, id := h.offset(ada, at)
	h.work()
	if m := h.row(id); m.State != allmende.MediaDone || m.Kind != "audio" {
		t.Errorf("%+v", m)
	}
}

func TestY1_UploadsAreRefusedEarly(t *testing.T) {
	limits := mediafile.DefaultLimits()
	limits.ImageBytes = 1 << 20
	h := open(t, options{limits: limits})
	ada := h.member("ada")
	if got := h.create("", 100); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody begins: %d", got.StatusCode)
	}
	if got := h.create(ada, 5<<30); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("five GiB: %d", got.StatusCode)
	}
	if got := h.ask(ada, http.MethodPost, "/api/upload", nil, "Upload-Length", "5"); got.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("without a version: %d", got.StatusCode)
	}
	if got := h.ask("", http.MethodOptions, "/api/upload", nil); got.Header.Get("Tus-Extension") == "" || got.Header.Get("Tus-Max-Size") != "4294967296" {
		t.Errorf("options: %v", got.Header)
	}
	for name, c := range map[string]struct {
		head []byte
		size int
		key  string
	}{
		"a page":                      {[]byte(strings.Repeat("<html>", 1000)), 3 << 30, "media.unknown_type"},
		"a picture beyond its limit":  {load(t, gpsPhoto)[:5000], 2 << 20, "media.too_large"},
		"a picture that breaks in it": {load(t, gpsPhoto)[:5000], 5000, "media.broken"},
	} {
		at := h.create(ada, c.size).Header.Get("Location")
		got := h.patch(ada, at, 0, c.head)
		if m := h.medium(got, got.StatusCode); got.StatusCode/100 != 4 || m.Key != c.key {
			t.Errorf("%s: %d %s, want %s", name, got.StatusCode, m.Key, c.key)
		}
		if again := h.ask(ada, http.MethodHead, at, nil, tus, "1.0.0"); again.StatusCode != http.StatusNotFound {
			t.Errorf("%s is still there: %d", name, again.StatusCode)
		}
	}
	full := open(t, options{reserve: blob.Reserve{Percent: 100}})
	if got := full.create(full.member("ada"), 100); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a full disk: %d", got.StatusCode)
	}
}

func TestY1_UploadsEndWhenToldOrAfterADay(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	told, late := h.create(ada, 100).Header.Get("Location"), h.create(ada, 100).Header.Get("Location")
	h.patch(ada, late, 0, make([]byte, 50))
	if got := h.ask(ada, http.MethodDelete, told, nil, tus, "1.0.0"); got.StatusCode != http.StatusNoContent {
		t.Errorf("%d", got.StatusCode)
	}
	h.clock = h.clock.Add(25 * time.Hour)
	for at, want := range map[string]int{told: http.StatusNotFound, late: http.StatusGone} {
		if got := h.patch(ada, at, 50, make([]byte, 5)); got.StatusCode != want {
			t.Errorf("%d, want %d", got.StatusCode, want)
		}
	}
	entries, err := os.ReadDir(filepath.Join(h.dir, "pieces"))
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	if got := h.create(ada, 100, "filename", strings.Repeat("x", 20_000)); got.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a name of 20,000 letters: %d", got.StatusCode)
	}
}
