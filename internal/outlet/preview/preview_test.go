package preview_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/fetch"
	"allmende/internal/live"
	"allmende/internal/outlet/outlettest"
	"allmende/internal/outlet/preview"
	"allmende/internal/read"
	"allmende/internal/store"
)

// house is a small one with the outlet and a web beside it.
type house struct {
	*testing.T
	db     *db.DB
	core   *core.Core
	read   *read.Reader
	outlet *preview.Outlet
	ada    allmende.Act
	web    *httptest.Server
	calls  atomic.Int32
	now    atomic.Int64 // milliseconds
}

func newHouse(t *testing.T, pages map[string]http.HandlerFunc) *house {
	t.Helper()
	h := &house{T: t, db: dbtest.Open(t)}
	h.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	h.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.calls.Add(1)
		if page := pages[r.URL.Path]; page != nil {
			page(w, r)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(h.web.Close)
	hub := &live.Hub{}
	clock := func() time.Time { return time.UnixMilli(h.now.Load()).UTC() }
	h.read = read.New(h.db, hub, slog.Default(), clock)
	h.core = core.New(h.db, h.read, hub, slog.Default(), clock, core.Settings{BaseURL: "https://wiese.example", Registration: "open",
		NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16})
	who := h.do(&allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: "ada", Email: "ada@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	h.ada = allmende.Act{By: who.Account, As: who.Actor, Via: "web"}
	h.outlet = preview.New(preview.House{DB: h.db, Log: slog.New(slog.DiscardHandler), Now: clock, Do: h.core.Do, Upload: h.upload,
		Fetch: fetch.New(fetch.Options{Version: "1", BaseURL: "https://wiese.example", Timeout: 2 * time.Second,
			AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})})
	return h
}

// upload takes pictures only, as the real one does.
func (h *house) upload(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	c, err := png.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return 0, allmende.E(allmende.Unsupported, "error.media_failed")
	}
	sum := sha256.Sum256(b)
	res, err := h.core.Do(ctx, &allmende.AddMedia{Act: allmende.Act{As: v.Actor, Via: about.Via}, Kind: "image", MIME: "image/png",
		Blob: hex.EncodeToString(sum[:]), Size: int64(len(b)), Width: c.Width, Height: c.Height, Name: about.Name, Alt: about.Alt})
	return res.Media, err
}

func (h *house) do(cmd allmende.Command) allmende.Result {
	h.Helper()
	res, err := h.core.Do(context.Background(), cmd)
	if err != nil {
		h.Fatalf("%s: %v", cmd.Verb(), err)
	}
	return res
}

// link publishes a note with an address and gives it with its job.
func (h *house) link(path string) (allmende.ID, allmende.Job) {
	h.Helper()
	url := h.web.URL + path
	id := h.do(&allmende.Publish{Act: h.ada, Kind: allmende.Note, Source: "Lest das: " + url}).Object
	return id, allmende.Job{Outlet: "preview", Key: url, Object: id, Round: 1, Attempts: 1}
}

// shown is what readers of a note see of the page; nil: nothing.
func (h *house) shown(id allmende.ID) (*allmende.Preview, *allmende.Media) {
	h.Helper()
	b, o, err := h.read.One(context.Background(), allmende.Viewer{}, id)
	if err != nil {
		h.Fatal(err)
	}
	p := b.Previews[o.Preview]
	if p == nil || p.Image == 0 {
		return p, nil
	}
	m, err := h.read.Media(context.Background(), []allmende.ID{p.Image})
	if err != nil {
		h.Fatal(err)
	}
	return p, m[p.Image]
}

func (h *house) run(job allmende.Job) {
	h.Helper()
	if err := h.outlet.Run(context.Background(), job); err != nil {
		h.Fatalf("preview of %s: %v", job.Key, err)
	}
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, body)
	}
}

func shows(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, image.NewRGBA(image.Rect(0, 0, 40, 20)))
}

const goodPage = `<!doctype html><html><head><title>Anderer Titel</title>
	<meta property="og:title" content="Die Wiese &amp; der Bach"><meta property="og:description" content="Ein  Spaziergang
	im Mai."><meta property="og:site_name" content="Dorfblatt"><meta name="author" content="Grete Grün">
	<meta property="og:image" content="/bild.png?x=1"><meta property="og:image:alt" content="Ein Bach"></head><body><p>Text</p></body></html>`

func TestF15_LinkPreviewFetchedByServer(t *testing.T) {
	h := newHouse(t, map[string]http.HandlerFunc{"/artikel": says(goodPage), "/bild.png": shows})
	note, job := h.link("/artikel")
	if p, _ := h.shown(note); p != nil {
		t.Fatalf("a preview before anything was fetched: %+v", p)
	}
	h.run(job)
	p, picture := h.shown(note)
	if p == nil || p.Title != "Die Wiese & der Bach" || p.Description != "Ein Spaziergang im Mai." || p.Site != "Dorfblatt" || p.Author != "Grete Grün" {
		t.Fatalf("the preview says %+v", p)
	}
	if picture == nil || !picture.Public || picture.Owner != allmende.Server || picture.Alt != "Ein Bach" || picture.Name != "bild.png" || picture.AttachedAt.IsZero() {
		t.Fatalf("the picture is %+v", picture)
	}
	calls := h.calls.Load()
	h.run(job)
	if h.calls.Load() != calls {
		t.Error("a fresh preview was fetched again")
	}
	h.now.Add((31 * 24 * time.Hour).Milliseconds())
	h.run(job)
	if h.calls.Load() != calls+1 {
		t.Errorf("after 31 days there were %d calls, should be one: the page without its picture", h.calls.Load()-calls)
	}
	if p, _ := h.shown(note); p == nil || p.Image == 0 {
		t.Errorf("fetched again the preview is %+v", p)
	}
}

func TestPagesThatAreNotThereGiveNoPreview(t *testing.T) {
	broken := atomic.Bool{}
	broken.Store(true)
	h := newHouse(t, map[string]http.HandlerFunc{
		"/manchmal": func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			says(goodPage)(w, r)
		},
		"/bild": shows, "/leer": says("<p>nichts</p>"),
	})
	for _, path := range []string{"/fehlt", "/bild", "/leer"} {
		note, job := h.link(path)
		h.run(job)
		calls := h.calls.Load()
		h.run(job)
		if p, _ := h.shown(note); p != nil || h.calls.Load() != calls {
			t.Errorf("%s gives %+v and %d more calls", path, p, h.calls.Load()-calls)
		}
	}
	note, job := h.link("/manchmal")
	if err := h.outlet.Run(t.Context(), job); !allmende.IsKind(err, allmende.Unavailable) {
		t.Errorf("a server that is down for now: %v, should be tried again", err)
	}
	job.Attempts = 2
	h.run(job)
	if p, _ := h.shown(note); p != nil {
		t.Errorf("a server that stays down gives %+v", p)
	}
	broken.Store(false)
	h.now.Add((25 * time.Hour).Milliseconds())
	h.run(job)
	if p, _ := h.shown(note); p == nil {
		t.Error("a day later, when the server is back, there is no preview")
	}
	broken.Store(true)
	h.now.Add((31 * 24 * time.Hour).Milliseconds())
	h.run(job)
	if p, _ := h.shown(note); p == nil || p.Title == "" {
		t.Error("an old preview was lost when its server was down")
	}
}

func TestHostilePagesDoNoHarm(t *testing.T) {
	h := newHouse(t, map[string]http.HandlerFunc{
		"/script":  says(`<title>a<script>alert(1)</script>b` + "\u202e" + `</title><meta property="og:image" content="javascript:alert(1)">`),
		"/daten":   says(`<title>Daten</title><meta property="og:image" content="data:image/png;base64,AAAA">`),
		"/innen":   says(`<title>Innen</title><meta property="og:image" content="http://10.0.0.1/a.png">`),
		"/lang":    says("<title>" + strings.Repeat("lang ", 100_000) + "</title>"),
		"/gross":   says("<title>Gross</title>" + strings.Repeat("<p>x</p>", 2_000_000)),
		"/latin":   func(w http.ResponseWriter, _ *http.Request) { latin(w) },
		"/falsch":  func(w http.ResponseWriter, _ *http.Request) { wrongCharset(w) },
		"/tief":    says(strings.Repeat("<div><svg>", 50_000) + "<title>im Bild</title>"),
		"/viele":   says(strings.Repeat(`<meta name=a content=b>`, 10_000) + "<title>Viele</title>"),
		"/endlos":  endless,
		"/bombe":   says(`<title>Bombe</title><meta property="og:image" content="/endlosbild">`),
		"/schwein": says(`<title>Kein Bild</title><meta property="og:image" content="/script">`),
		"/endlosbild": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			pour(w)
		},
	})
	for path, want := range map[string]string{"/script": "a<script>alert(1)</script>b", "/daten": "Daten", "/innen": "Innen", "/gross": "Gross",
		"/latin": "Grüße", "/falsch": "Gr", "/viele": "Viele", "/endlos": "Endlos", "/bombe": "Bombe", "/schwein": "Kein Bild", "/lang": "lang lang", "/tief": ""} {
		note, job := h.link(path)
		h.run(job)
		p, _ := h.shown(note)
		if p == nil {
			p = &allmende.Preview{}
		}
		if !strings.HasPrefix(p.Title, want) || len([]rune(p.Title)) > 200 || p.Image != 0 || want == "" && p.Title != "" {
			t.Errorf("%s gives %.300q and picture %d, should be %q without picture", path, p.Title, p.Image, want)
		}
	}
}

func latin(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte("<meta charset=iso-8859-1><title>Gr\xfc\xdfe</title>"))
}

func wrongCharset(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("<title>Gr\xfc\xdfe</title>"))
}

func endless(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<title>Endlos</title>")
	pour(w)
}

func pour(w io.Writer) {
	for {
		if _, err := w.Write(make([]byte, 32<<10)); err != nil {
			return
		}
	}
}

func TestPagesNobodyShowsAreNotFetched(t *testing.T) {
	h := newHouse(t, map[string]http.HandlerFunc{"/a": says(goodPage)})
	note, job := h.link("/a")
	h.do(&allmende.Delete{Act: h.ada, Object: note})
	h.run(job)
	if n := h.calls.Load(); n > 0 {
		t.Errorf("%d calls for a note that was deleted", n)
	}
}

func TestPreviewsKeepTheContractOfOutlets(t *testing.T) {
	outlettest.Contract(t, func(t *testing.T) *outlettest.Subject {
		h := newHouse(t, map[string]http.HandlerFunc{"/a": says(goodPage), "/bild.png": shows})
		noteA, a := h.link("/a")
		noteB, b := h.link("/fehlt")
		return &outlettest.Subject{
			Outlet: h.outlet, Jobs: []allmende.Job{a, b}, Unknown: []allmende.Job{{Outlet: "preview", Key: h.web.URL + "/niemand"}},
			State: func() string {
				out := "previews:\n"
				for _, note := range []allmende.ID{noteA, noteB} {
					o, err := store.ObjectByID(t.Context(), h.db.Read(), note)
					if err != nil {
						t.Fatal(err)
					}
					got, err := store.PreviewsOf(t.Context(), h.db.Read(), []string{o.Preview, h.web.URL + "/niemand"})
					if err != nil {
						t.Fatal(err)
					}
					for _, p := range got {
						if o.State == allmende.Published {
							out += fmt.Sprintln(p.Title, p.State, p.Image != 0)
						}
					}
				}
				return out
			},
			Delete: func() []allmende.Job {
				h.do(&allmende.Delete{Act: h.ada, Object: noteA})
				h.do(&allmende.Delete{Act: h.ada, Object: noteB})
				return nil
			},
			Gone: "previews:\n",
		}
	})
}
