package files_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/core"
	"allmende/internal/db"
	"allmende/internal/db/dbtest"
	"allmende/internal/door/files"
	"allmende/internal/live"
	"allmende/internal/mediafile"
	"allmende/internal/outlet/media"
	"allmende/internal/read"
	"allmende/internal/store"
	"allmende/internal/upload"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	os.Exit(m.Run())
}

// Samples that Debian's packages bring: forensics-samples-files and openboard-common.
const (
	samples   = "/usr/share/forensics-samples/original-files/"
	gpsPhoto  = samples + "pic2/IMG_20191224_234846.jpg" // 4000 x 3000, place
	gpsTurned = samples + "pic2/IMG_20200124_231153.jpg" // the same with orientation 3
	gpsFilm   = samples + "movie1/VID_20191220_170832.mp4"
	shortMP3  = samples + "audio1/debian.mp3"
	shortOgg  = samples + "audio1/debian.ogg"
	shortWAV  = samples + "audio1/debian.wav"
)

// options change a house before it stands.
type options struct {
	reserve blob.Reserve
	limits  mediafile.Limits
	quota   int64
	place   bool // people here want their places shown
}

// house is the whole way of a file: door, upload, core, outlets.
type house struct {
	testing.TB
	opts    options
	dir     string
	db      *db.DB
	core    *core.Core
	read    *read.Reader
	blob    *blob.Dir
	runner  *mediafile.Runner
	upload  *upload.Uploader
	outlets map[string]*media.Outlet
	router  http.Handler
	server  *httptest.Server
	people  map[string]allmende.Viewer
	clock   time.Time // of the door
}

func open(t testing.TB, opts options) *house {
	t.Helper()
	h := &house{TB: t, opts: opts, dir: t.TempDir(), db: dbtest.Open(t), outlets: map[string]*media.Outlet{}, people: map[string]allmende.Viewer{}, clock: time.Now()}
	hub, log := &live.Hub{}, slog.New(slog.DiscardHandler)
	h.read = read.New(h.db, hub, log, time.Now)
	h.core = core.New(h.db, h.read, hub, log, time.Now, core.Settings{BaseURL: "https://wiese.example", Registration: "open", NoteMax: 5000, ArticleMax: 1 << 20, MediaPerPost: 16})
	var err error
	h.blob, err = blob.OpenDir(h.dir, opts.reserve)
	h.must(err)
	h.runner, err = mediafile.NewRunner(mediafile.Config{Limits: opts.limits})
	h.must(err)
	if missing := h.runner.Missing(); len(missing) > 0 {
		t.Fatalf("install the media tools: %v are missing", missing)
	}
	h.upload, err = upload.New(upload.Deps{Blob: h.blob, Media: h.runner, Do: h.core.Do, TempDir: h.dir, Log: log, Quota: opts.quota,
		Used: func(ctx context.Context, owner allmende.ID) (int64, error) {
			return store.MediaBytes(ctx, h.db.Read(), owner)
		},
		ShowPlace: func(context.Context, allmende.ID) (bool, error) { return opts.place, nil }})
	h.must(err)
	for _, queue := range []string{media.Pictures, media.Sounds, media.Films} {
		h.outlets[queue], err = media.New(queue, media.Deps{DB: h.db.Read(), Blob: h.blob, Files: h.runner, Do: h.core.Do, TempDir: h.dir, Log: log, Now: time.Now})
		h.must(err)
	}
	h.start()
	return h
}

// start opens the door, again after a restart.
func (h *house) start() {
	h.Helper()
	door, err := files.New(files.Deps{Read: h.read, Blob: h.blob, Upload: h.upload, Do: h.core.Do, TempDir: h.dir,
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.clock },
		Viewer: func(r *http.Request) (allmende.Viewer, error) { return h.people[r.Header.Get("Authorization")], nil }})
	h.must(err)
	r := chi.NewRouter()
	door.Routes(r)
	h.router, h.server = r, httptest.NewServer(r)
	h.Cleanup(h.server.Close)
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) member(name string) string {
	h.Helper()
	res, err := h.core.Do(context.Background(), &allmende.SignUp{Act: allmende.Act{Via: "cli"}, Name: name, Email: name + "@wiese.example", PasswordHash: "x", Confirmed: true, Approved: true})
	h.must(err)
	h.people[name] = allmende.Viewer{Account: res.Account, Actor: res.Actor}
	return name
}

func (h *house) act(name string) allmende.Act {
	return allmende.Act{By: h.people[name].Account, As: h.people[name].Actor, Via: "web"}
}

// answer is what came back for a request.
type answer struct {
	*http.Response
	body []byte
}

// ask sends a request as a member; "" is nobody. Headers are name, value pairs.
func (h *house) ask(who, method, path string, body io.Reader, headers ...string) answer {
	h.Helper()
	r, err := http.NewRequest(method, h.server.URL+path, body)
	h.must(err)
	r.Header.Set("Authorization", who)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	h.must(err)
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	h.must(err)
	return answer{got, text}
}

func (h *house) get(path string, headers ...string) answer {
	h.Helper()
	return h.ask("", http.MethodGet, path, nil, headers...)
}

// medium is the JSON of the own API.
type medium struct {
	ID, State, Kind, Reason, URL, Preview, Alt, Error, Key string
	Progress, Width, Height                                int
	FocusX                                                 float64 `json:"focus_x"`
	FocusY                                                 float64 `json:"focus_y"`
}

func (h *house) medium(a answer, status int) medium {
	h.Helper()
	if a.StatusCode != status {
		h.Fatalf("status %d, want %d: %s", a.StatusCode, status, a.body)
	}
	var m medium
	if err := json.Unmarshal(a.body, &m); err != nil {
		h.Fatalf("%v: %s", err, a.body)
	}
	return m
}

// send uploads by form; fields are name, value pairs behind the file.
func (h *house) send(who, name string, content []byte, fields ...string) answer {
	h.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", name)
	h.must(err)
	_, err = part.Write(content)
	h.must(err)
	for i := 0; i < len(fields); i += 2 {
		h.must(form.WriteField(fields[i], fields[i+1]))
	}
	h.must(form.Close())
	return h.ask(who, http.MethodPost, "/api/media", &b, "Content-Type", form.FormDataContentType())
}

// work lets the outlets do all that is queued.
func (h *house) work() {
	h.Helper()
	for queue, o := range h.outlets {
		var jobs []allmende.Job
		h.must(h.db.Write(context.Background(), func(tx *db.Tx) (err error) {
			jobs, err = store.ClaimJobs(context.Background(), tx, queue, time.Now().Add(time.Minute), time.Now().Add(time.Hour), 100)
			return err
		}))
		for _, job := range jobs {
			h.must(o.Run(context.Background(), job))
			h.must(h.db.Write(context.Background(), func(tx *db.Tx) error { return store.DoneJob(context.Background(), tx, job) }))
		}
	}
}

// ready uploads a sample and lets everything be made of it.
func (h *house) ready(who, path string) *allmende.Media {
	h.Helper()
	sent := h.medium(h.send(who, filepath.Base(path), load(h, path)), http.StatusCreated)
	if sent.State != "queued" {
		h.Fatalf("a fresh upload is %s", sent.State)
	}
	h.work()
	return h.row(sent.ID)
}

func (h *house) row(id string) *allmende.Media {
	h.Helper()
	n, err := allmende.ParseID(id)
	h.must(err)
	got, err := h.read.Media(context.Background(), []allmende.ID{n})
	h.must(err)
	if got[n] == nil {
		h.Fatalf("there is no medium %s", id)
	}
	return got[n]
}

// publish shows media in a note.
func (h *house) publish(who string, audience allmende.AudienceKind, ids ...allmende.ID) allmende.ID {
	h.Helper()
	res, err := h.core.Do(context.Background(), &allmende.Publish{Act: h.act(who), Kind: allmende.Note, Source: "Seht her!", Media: ids, Audience: allmende.AudienceChoice{Kind: audience}})
	h.must(err)
	return res.Object
}

// left lists what lies in the directories of half-made things.
func (h *house) left() []string {
	var names []string
	for _, d := range []string{"incoming", "making/media", "making/film", "making/sound", "blobs/tmp"} {
		entries, err := os.ReadDir(filepath.Join(h.dir, d))
		h.must(err)
		for _, e := range entries {
			names = append(names, d+"/"+e.Name())
		}
	}
	return names
}

// load reads a sample; a missing one fails the test, as nothing would be tested without it.
func load(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("install forensics-samples-files: %v", err)
	}
	return b
}

// generate lets ffmpeg make a film or sound.
func generate(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), path)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	return load(t, path)
}

func probe(t testing.TB, b []byte) mediafile.Info {
	t.Helper()
	kind, err := mediafile.Sniff(b[:min(len(b), mediafile.SniffLen)], int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	info, err := mediafile.Probe(bytes.NewReader(b), int64(len(b)), kind)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// tells lists what a picture's or film's bytes give away.
func tells(b []byte) string {
	var found []string
	kind, err := mediafile.Sniff(b[:min(len(b), mediafile.SniffLen)], int64(len(b)))
	if err == nil && kind.Kind == mediafile.Image {
		if e := mediafile.ReadExif(bytes.NewReader(b), int64(len(b)), kind); e.GPS != nil || e.Camera != "" {
			found = append(found, fmt.Sprintf("%+v", e))
		}
	}
	for _, word := range []string{"CELLID", "Xiaomi", "Mi A3", "\xa9xyz", "loci", "-15.8355", "http://ns.adobe.com/xap"} {
		if bytes.Contains(b, []byte(word)) {
			found = append(found, fmt.Sprintf("%q", word))
		}
	}
	return strings.Join(found, ", ")
}
