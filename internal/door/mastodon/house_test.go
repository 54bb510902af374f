package mastodon_test

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
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core/coretest"
	"allmende/internal/db"
	"allmende/internal/door/mastodon"
	"allmende/internal/httpx"
	"allmende/internal/outlet"
	"allmende/internal/outlet/notify"
	"allmende/internal/outlet/search"
	"allmende/internal/store"
)

// house is everything behind the door.
type house struct {
	*coretest.House
	auth    *auth.Auth
	door    *mastodon.Door
	handler http.Handler
	outlets []outlet.Outlet
}

const base = "https://allmende.example"

func newHouse(t testing.TB, changes ...func(*mastodon.Deps)) *house {
	t.Helper()
	h := &house{House: coretest.New(t)}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if h.auth, err = auth.New(h.DB, h.Hub, log, h.Now, auth.Settings{BaseURL: base, Name: "Auwiesen"}); err != nil {
		t.Fatal(err)
	}
	d := mastodon.Deps{Core: h.Core, Read: h.Read, Auth: h.auth, Hub: h.Hub, Log: log, Now: h.Now, Upload: h.upload, Pages: pages(),
		BaseURL: base, AccountDomain: "allmende.example", Version: "0.0-test", Registration: "open", Languages: []string{"en", "de"},
		CookieName: "session", SignInPath: "/login",
		Limits: mastodon.Limits{Note: 5000, Media: 16, ImageBytes: 1 << 20, VideoBytes: 2 << 20, ImagePixels: 1e6, UploadBytes: 2 << 20}}
	for _, change := range changes {
		change(&d)
	}
	h.door = mastodon.New(d)
	t.Cleanup(h.door.Close)
	h.outlets = []outlet.Outlet{notify.New(h.DB, h.Read, h.Hub, h.Now, time.Hour), search.New(h.DB)}
	r := chi.NewRouter()
	r.Use(httpx.Observer{Log: log}.Wrap, httpx.Secure(true))
	h.door.Routes(r)
	h.handler = r
	return h
}

// pages are the plainest ones that work.
func pages() mastodon.Pages {
	return mastodon.Pages{
		Consent: func(w http.ResponseWriter, _ *http.Request, v mastodon.ConsentView) {
			fmt.Fprintf(w, `<form method="post" action=%q><input name="csrf" value=%q>`, v.Action, v.CSRF)
			for _, f := range v.Hidden {
				fmt.Fprintf(w, `<input name=%q value=%q>`, f[0], f[1])
			}
			for _, a := range v.Acting {
				fmt.Fprintf(w, "<p>%s %s</p>", a.ID, a.Name)
			}
			for _, s := range v.Scopes {
				fmt.Fprintf(w, "<li>%s</li>", s.Text)
			}
		},
		Code: func(w http.ResponseWriter, _ *http.Request, app, code string) {
			fmt.Fprintf(w, `<h1>%s</h1><code id="code">%s</code>`, app, code)
		},
		Problem: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, err.Error(), httpx.Status(err))
		},
	}
}

// upload stores nothing and makes a medium that is ready at once, except for
// files called "slow" and "broken".
func (h *house) upload(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	made, err := h.Core.Do(ctx, &allmende.AddMedia{Act: allmende.Act{By: v.Account, As: v.Actor, Via: about.Via}, Kind: "image", Blob: strings.Repeat("ab", 32),
		MIME: "image/png", Size: int64(len(body)), Name: about.Name, Width: 640, Height: 480, Alt: about.Alt, FocusX: about.FocusX, FocusY: about.FocusY})
	if err != nil || about.Name == "slow" {
		return made.Media, err
	}
	done := &allmende.MediaMade{Act: allmende.Act{Via: "outlet"}, Media: made.Media, State: allmende.MediaDone, Blurhash: "L00000",
		Variants: []allmende.Variant{{Name: "640", Blob: strings.Repeat("cd", 32), MIME: "image/jpeg", Width: 640, Height: 480}}}
	if about.Name == "broken" {
		done.State, done.Reason, done.Variants = allmende.MediaFailed, "error.media_failed", nil
	}
	_, err = h.Core.Do(ctx, done)
	return made.Media, err
}

// catchUp lets the outlets do all their work.
func (h *house) catchUp() {
	h.T.Helper()
	ctx := context.Background()
	for _, o := range h.outlets {
		for {
			var jobs []allmende.Job
			err := h.DB.WriteJobs(ctx, func(tx *db.Tx) (err error) {
				jobs, err = store.ClaimJobs(ctx, tx, o.Name(), h.Now().Add(24*time.Hour), h.Now().Add(25*time.Hour), 100)
				return err
			})
			if err != nil {
				h.T.Fatal(err)
			}
			if len(jobs) == 0 {
				break
			}
			for _, j := range jobs {
				if err := o.Run(ctx, j); err != nil && !allmende.IsKind(err, allmende.NotFound) && !allmende.IsKind(err, allmende.Gone) {
					h.T.Fatalf("%s %s: %v", j.Outlet, j.Key, err)
				}
				if err := h.DB.WriteJobs(ctx, func(tx *db.Tx) error { return store.DoneJob(ctx, tx, j) }); err != nil {
					h.T.Fatal(err)
				}
			}
		}
	}
}

// client is an app in somebody's hand.
type client struct {
	*house
	token string
	key   string // Idempotency-Key of the next request
}

const allScopes = "read write follow push"

// app gives a member an app with all rights.
func (h *house) app(m coretest.Member) *client { return h.appAs(m, m.Actor, allScopes) }

func (h *house) appAs(m coretest.Member, actor allmende.ID, scopes string) *client {
	h.T.Helper()
	issued, err := h.auth.Issue(context.Background(), m.Account, actor, scopes)
	if err != nil {
		h.T.Fatal(err)
	}
	return &client{house: h, token: issued.Secret}
}

// nobody is an app without a token.
func (h *house) nobody() *client { return &client{house: h} }

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
	value  any
}

func (c *client) send(method, path, kind string, body io.Reader) *answer {
	c.T.Helper()
	c.Pass(time.Second)
	r := httptest.NewRequest(method, base+path, body)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.key != "" {
		r.Header.Set("Idempotency-Key", c.key)
		c.key = ""
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	a := &answer{t: c.T, what: method + " " + path, status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.body, &a.value); err != nil {
			c.T.Fatalf("%s: %v\n%s", a.what, err, a.body)
		}
	}
	return a
}

func (c *client) get(path string) *answer { c.T.Helper(); return c.send("GET", path, "", nil) }

// post sends a JSON body that is given as name, value pairs.
func (c *client) post(path string, pairs ...any) *answer {
	c.T.Helper()
	return c.json("POST", path, pairs...)
}

func (c *client) json(method, path string, pairs ...any) *answer {
	c.T.Helper()
	body := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		body[pairs[i].(string)] = pairs[i+1]
	}
	b, err := json.Marshal(body)
	if err != nil {
		c.T.Fatal(err)
	}
	return c.send(method, path, "application/json", bytes.NewReader(b))
}

// form sends a form as browsers and older apps do.
func (c *client) form(method, path string, pairs ...string) *answer {
	c.T.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	return c.send(method, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// file sends a form with one file; fields in "name=value" form come before it,
// those beginning with "+" behind it.
func (c *client) file(method, path, field, name string, fields ...string) *answer {
	c.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	write := func(late bool) {
		for _, f := range fields {
			rest, behind := strings.CutPrefix(f, "+")
			key, value, _ := strings.Cut(rest, "=")
			if behind == late {
				if err := w.WriteField(key, value); err != nil {
					c.T.Fatal(err)
				}
			}
		}
	}
	write(false)
	part, err := w.CreateFormFile(field, name)
	if err != nil {
		c.T.Fatal(err)
	}
	_, _ = part.Write([]byte("picture")) // into memory
	write(true)
	if err := w.Close(); err != nil {
		c.T.Fatal(err)
	}
	return c.send(method, path, w.FormDataContentType(), &b)
}

// want fails the test unless the status is as wanted.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s answered %d, want %d: %s", a.what, a.status, status, a.body)
	}
	return a
}

// ok wants 200.
func (a *answer) ok() *answer { a.t.Helper(); return a.want(http.StatusOK) }

// at walks into the answer: at("account", "acct"), at(0, "id").
func (a *answer) at(path ...any) any {
	a.t.Helper()
	v := a.value
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				a.t.Fatalf("%s: no object at %v of %v: %s", a.what, step, path, a.body)
			}
			v = m[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				a.t.Fatalf("%s: nothing at %d of %v: %s", a.what, step, path, a.body)
			}
			v = l[step]
		}
	}
	return v
}

// is fails the test unless a value is as wanted.
func (a *answer) is(want any, path ...any) *answer {
	a.t.Helper()
	if n, number := want.(int); number {
		want = float64(n)
	}
	if got := a.at(path...); got != want {
		a.t.Errorf("%s: %v is %#v, want %#v", a.what, path, got, want)
	}
	return a
}

// len fails the test unless there are so many.
func (a *answer) len(want int, path ...any) *answer {
	a.t.Helper()
	list, _ := a.at(path...).([]any)
	if len(list) != want {
		a.t.Fatalf("%s: %v has %d, want %d: %s", a.what, path, len(list), want, a.body)
	}
	return a
}

func (a *answer) id(path ...any) string {
	a.t.Helper()
	s, ok := a.at(append(path, "id")...).(string)
	if !ok || s == "" {
		a.t.Fatalf("%s: no id at %v: %s", a.what, path, a.body)
	}
	return s
}

// ids are the ids of a list.
func (a *answer) ids(path ...any) string {
	a.t.Helper()
	list, _ := a.at(path...).([]any)
	var out []string
	for _, v := range list {
		out = append(out, v.(map[string]any)["id"].(string))
	}
	return strings.Join(out, " ")
}

var rel = regexp.MustCompile(`<([^>]+)>; rel="(\w+)"`)

// page is where the list goes on: "next" or "prev".
func (a *answer) page(which string) string {
	for _, m := range rel.FindAllStringSubmatch(a.header.Get("Link"), -1) {
		if m[2] == which {
			return strings.TrimPrefix(m[1], base)
		}
	}
	return ""
}
