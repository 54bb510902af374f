package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	_ "image/jpeg"
	"net/http"
	"slices"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/lang"
	"allmende/internal/read"
	"allmende/internal/store"
)

func TestP1_PhotosAreKeptAndDownloadedWithoutThePlace(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	var ids []allmende.ID
	for _, path := range []string{gpsPhoto, gpsTurned} { // many in one go
		m := h.ready(ada, path)
		if m.State != allmende.MediaDone || m.Width != 4000 || m.Height != 3000 || len(m.Blurhash) < 20 {
			t.Fatalf("%s: %+v", path, m)
		}
		ids = append(ids, m.ID)
	}
	h.publish(ada, allmende.AudPublic, ids...)
	for i, id := range ids {
		m, kept := h.row(id.String()), load(t, []string{gpsPhoto, gpsTurned}[i])
		if tells(kept) == "" {
			t.Fatal("the sample has no place; nothing would be tested")
		}
		got := h.get(m.Path("original"))
		if got.StatusCode != 200 || got.Header.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("%d %s", got.StatusCode, got.Header.Get("Content-Type"))
		}
		if told := tells(got.body); told != "" {
			t.Errorf("the download tells %s", told)
		}
		if how := got.Header.Get("Content-Disposition"); !strings.HasPrefix(how, "attachment; filename=IMG_20") {
			t.Errorf("saved as %s", how)
		}
		if a, b := probe(t, kept), probe(t, got.body); a.Orientation != b.Orientation || a.Width != b.Width {
			t.Errorf("the download is turned or cut: %+v, was %+v", b, a)
		}
		if !bytes.Equal(pixels(t, kept), pixels(t, got.body)) {
			t.Error("the download has other pixels")
		}
		own := h.ask(ada, http.MethodGet, "/api/media/"+m.ID.String()+"/original", nil)
		if !bytes.Equal(own.body, kept) {
			t.Error("the owner does not get back what was sent")
		}
	}
	ben := h.member("ben")
	for _, who := range []string{ben, ""} {
		if got := h.ask(who, http.MethodGet, "/api/media/"+ids[0].String()+"/original", nil); got.StatusCode/100 != 4 {
			t.Errorf("%q gets another's untouched original: %d", who, got.StatusCode)
		}
	}
	if left := h.left(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// pixels is a coarse print of a picture as stored, not turned.
func pixels(t *testing.T, b []byte) []byte {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 97 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 97 {
			r, g, b, _ := img.At(x, y).RGBA()
			out = append(out, byte(r>>8), byte(g>>8), byte(b>>8))
		}
	}
	return out
}

func TestP2_ExifIsShownAndThePlaceOnlyByConsent(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	m := h.ready(ada, gpsPhoto)
	if strings.Contains(m.Exif, "gps") || m.ShowPlace {
		t.Errorf("the place is kept without consent: %s", m.Exif)
	}
	facts := read.Facts(m, lang.De)
	for _, want := range []string{"Kamera", "Belichtung", "Blende", "ISO", "Brennweite", "Aufgenommen"} {
		if !slices.ContainsFunc(facts, func(f read.Fact) bool { return f.Name == want && f.Value != "" }) {
			t.Errorf("%s is missing in %v", want, facts)
		}
	}
	for _, v := range m.Variants {
		if told := tells(h.get(m.Path(v.Name)).body); told != "" {
			t.Errorf("%s tells %s", v.Name, told)
		}
	}

	open := open(t, options{place: true})
	ben := open.member("ben")
	m = open.ready(ben, gpsPhoto)
	place := func(m *allmende.Media) bool {
		return slices.ContainsFunc(read.Facts(m, lang.En), func(f read.Fact) bool { return f.Name == "Place" && strings.HasPrefix(f.Value, "-15.83556, -48.01") })
	}
	if !place(m) {
		t.Errorf("by consent the place is shown; there is %v", read.Facts(m, lang.En))
	}
	if got := open.get(m.Path("original")); tells(got.body) == "" {
		t.Error("by consent the download holds the place")
	}
	open.medium(open.ask(ben, http.MethodPost, "/api/media/"+m.ID.String(), strings.NewReader(`{"show_place":false}`), "Content-Type", "application/json"), 200)
	m = open.row(m.ID.String())
	if place(m) {
		t.Error("the place is shown although consent was taken back")
	}
	if told := tells(open.get(m.Path("original")).body); told != "" {
		t.Errorf("the download tells %s although consent was taken back", told)
	}
}

func TestP14_SizesInModernFormats(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	m := h.ready(ada, gpsTurned)
	h.publish(ada, allmende.AudPublic, m.ID)
	m = h.row(m.ID.String())
	var sizes []struct {
		Name, MIME, URL string
		Width, Height   int
		Size            int
	}
	h.must(json.Unmarshal(h.get("/media/"+m.ID.String()+"/sizes").body, &sizes))
	want := map[string]int{"webp2048": 2048, "webp1280": 1280, "webp640": 640, "webp320": 320, "jpeg1280": 1280, "jpeg640": 640, "original": 4000}
	for _, s := range sizes {
		if want[s.Name] != s.Width || s.Width*3 != s.Height*4 {
			t.Errorf("%s is %d x %d", s.Name, s.Width, s.Height)
		}
		delete(want, s.Name)
		got := h.get(s.URL)
		if got.StatusCode != 200 || got.Header.Get("Content-Type") != s.MIME {
			t.Errorf("%s: %d %s, want %s", s.URL, got.StatusCode, got.Header.Get("Content-Type"), s.MIME)
		}
		info := probe(t, got.body)
		if s.Name != "original" && (len(got.body) != s.Size || info.Orientation != 1 || info.Width != s.Width) {
			t.Errorf("%s: %d bytes, %+v", s.Name, len(got.body), info)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing sizes: %v", want)
	}
	upsideDown(t, load(t, gpsTurned), h.get(m.Path("jpeg640")).body)
}

// upsideDown: the sample was taken with orientation 3, so its stored pixels are
// those of the variant turned by half.
func upsideDown(t *testing.T, before, after []byte) {
	t.Helper()
	a, _, errA := image.Decode(bytes.NewReader(before))
	b, _, errB := image.Decode(bytes.NewReader(after))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	differ := func(turn bool) (sum int) {
		for y := 8; y < b.Bounds().Dy(); y += 16 {
			for x := 8; x < b.Bounds().Dx(); x += 16 {
				ax, ay := x*a.Bounds().Dx()/b.Bounds().Dx(), y*a.Bounds().Dy()/b.Bounds().Dy()
				if turn {
					ax, ay = a.Bounds().Dx()-1-ax, a.Bounds().Dy()-1-ay
				}
				_, g1, _, _ := a.At(ax, ay).RGBA()
				_, g2, _, _ := b.At(x, y).RGBA()
				sum += max(int(g1>>8), int(g2>>8)) - min(int(g1>>8), int(g2>>8))
			}
		}
		return sum
	}
	if asIs, turned := differ(false), differ(true); turned*3 > asIs {
		t.Errorf("not upright: distance %d turned, %d as stored", turned, asIs)
	}
}

func TestP14_FilesAreServedInPartsAndKeptByCaches(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	m := h.ready(ada, gpsPhoto)
	private := h.get(m.Path("webp320"))
	if private.StatusCode != 200 || private.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("private: %d %s", private.StatusCode, private.Header.Get("Cache-Control"))
	}
	h.publish(ada, allmende.AudPublic, m.ID)
	m = h.row(m.ID.String())
	path := m.Path("webp320")
	whole := h.get(path)
	for name, want := range map[string]string{
		"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Accept-Ranges": "bytes", "Content-Type": "image/webp",
	} {
		if got := whole.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	part := h.get(path, "Range", "bytes=10-19")
	if part.StatusCode != http.StatusPartialContent || !bytes.Equal(part.body, whole.body[10:20]) {
		t.Errorf("a part: %d, %d bytes", part.StatusCode, len(part.body))
	}
	if tail := h.get(path, "Range", "bytes=-5"); !bytes.Equal(tail.body, whole.body[len(whole.body)-5:]) {
		t.Error("the last five bytes are others")
	}
	if beyond := h.get(path, "Range", "bytes=99999999-"); beyond.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", beyond.StatusCode)
	}
	if again := h.get(path, "If-None-Match", whole.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged: %d", again.StatusCode)
	}
	head := h.ask("", http.MethodHead, path, nil)
	if head.StatusCode != 200 || head.ContentLength != int64(len(whole.body)) || len(head.body) > 0 {
		t.Errorf("HEAD: %d, %d bytes", head.StatusCode, head.ContentLength)
	}
}

func TestP10_PrivateFilesOpenOnlyWithTheirKey(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	m := h.ready(ada, gpsPhoto)
	h.publish(ada, allmende.AudFollowers, m.ID)
	m = h.row(m.ID.String())
	before := m.Path("webp640")
	v, _ := m.Variant("webp640")
	for _, path := range []string{
		strings.Replace(before, m.Secret, v.Blob[:16], 1),             // the hash is no permission
		strings.Replace(before, m.Secret, strings.Repeat("0", 32), 1), // nor is a guess
		strings.Replace(before, "webp640.webp", "webp640.jpg", 1),     // one address for one file
		strings.Replace(before, "webp640.webp", "webp9.webp", 1),
		"/media/" + m.ID.String() + "/sizes",
		"/media/12345/" + m.Secret + "/webp640.webp",
		"/media/x/" + m.Secret + "/webp640.webp",
	} {
		if got := h.get(path); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, got.StatusCode)
		}
	}
	if got := h.get("/media/" + m.ID.String() + "/sizes?key=" + m.Secret); got.StatusCode != 200 {
		t.Errorf("sizes with the key: %d", got.StatusCode)
	}
	h.publish(ada, allmende.AudPublic, m.ID) // shown to everyone as well
	m = h.row(m.ID.String())
	if got := h.get(m.Path("webp640")); got.StatusCode != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "public") {
		t.Errorf("public now: %d %s", got.StatusCode, got.Header.Get("Cache-Control"))
	}
	if got := h.get(before); got.StatusCode != http.StatusNotFound {
		t.Errorf("the private address still opens: %d", got.StatusCode)
	}
}

func TestT7_AltTextAndFocalPoint(t *testing.T) {
	h := open(t, options{})
	ada, ben := h.member("ada"), h.member("ben")
	sent := h.medium(h.send(ada, "wiese.jpg", load(t, gpsPhoto), "alt", "  Eine Wiese am Abend ", "focus", "0.5,-0.25"), http.StatusCreated)
	if sent.Alt != "Eine Wiese am Abend" || sent.FocusX != 0.5 || sent.FocusY != -0.25 {
		t.Errorf("%+v", sent)
	}
	path := "/api/media/" + sent.ID
	changed := h.medium(h.ask(ada, http.MethodPost, path, strings.NewReader("alt=Abendwiese&focus=-1%2C1"), "Content-Type", "application/x-www-form-urlencoded"), 200)
	if changed.Alt != "Abendwiese" || changed.FocusX != -1 || changed.FocusY != 1 {
		t.Errorf("%+v", changed)
	}
	for body, field := range map[string]string{"focus=2,0": "media.focus", "focus=nan,nan": "media.focus", "focus=1": "media.focus", "alt=" + strings.Repeat("ä", 1501): "error.alt_long"} {
		got := h.medium(h.ask(ada, http.MethodPost, path, strings.NewReader(body), "Content-Type", "application/x-www-form-urlencoded"), http.StatusUnprocessableEntity)
		if got.Key != field {
			t.Errorf("%.20s: %s, want %s", body, got.Key, field)
		}
	}
	for _, who := range []string{ben, ""} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if got := h.ask(who, method, path, strings.NewReader("alt=x"), "Content-Type", "application/x-www-form-urlencoded"); got.StatusCode/100 != 4 {
				t.Errorf("%q %s another's medium: %d", who, method, got.StatusCode)
			}
		}
	}

	h.work()
	id, _ := allmende.ParseID(sent.ID)
	if _, err := h.core.Do(context.Background(), &allmende.SetProfile{Act: h.act(ada), Avatar: &id}); err != nil {
		t.Fatal(err)
	}
	h.work()
	left := avatar(t, h, sent.ID)
	h.medium(h.ask(ada, http.MethodPost, path, strings.NewReader("focus=1%2C0"), "Content-Type", "application/x-www-form-urlencoded"), 200)
	h.work()
	if right := avatar(t, h, sent.ID); bytes.Equal(left, right) {
		t.Error("another focus gives the same face")
	}
	if n := len(h.row(sent.ID).Variants); n != 8 {
		t.Errorf("%d variants, want six sizes and two faces", n)
	}
}

func avatar(t *testing.T, h *house, id string) []byte {
	t.Helper()
	m := h.row(id)
	v, ok := m.Variant("avatar")
	if !ok || v.Width != 400 || v.Height != 400 || m.State != allmende.MediaDone {
		t.Fatalf("no face was cut: %+v", m)
	}
	return h.get(m.Path("avatar")).body
}

func TestP1_AFullDiskAndAFullQuotaAreSaid(t *testing.T) {
	full := open(t, options{reserve: blob.Reserve{Percent: 100}})
	got := full.medium(full.send(full.member("ada"), "a.jpg", load(t, gpsPhoto)), http.StatusServiceUnavailable)
	if got.Key != "error.disk_full" {
		t.Errorf("%+v", got)
	}
	small := open(t, options{quota: 6 << 20})
	ada := small.member("ada")
	small.medium(small.send(ada, "a.jpg", load(t, gpsPhoto)), http.StatusCreated)
	got = small.medium(small.send(ada, "b.jpg", load(t, gpsTurned)), http.StatusRequestEntityTooLarge)
	if got.Key != "media.quota" || !strings.Contains(got.Error, "6 MiB") {
		t.Errorf("%+v", got)
	}
	small.work()
	used, err := store.MediaBytes(context.Background(), small.db.Read(), small.people[ada].Actor)
	if small.must(err); used < int64(len(load(t, gpsPhoto)))+300_000 {
		t.Errorf("%d bytes in use: what was made of the photo does not count", used)
	}
	if left := append(full.left(), small.left()...); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
