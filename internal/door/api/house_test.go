package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/core/coretest"
	"allmende/internal/door/api"
	"allmende/internal/httpx"
)

const base = "https://allmende.example"

// house is everything behind the door.
type house struct {
	*coretest.House
	auth    *auth.Auth
	handler http.Handler
	tables  []string
}

func newHouse(t testing.TB, changes ...func(*api.Deps)) *house {
	t.Helper()
	set := coretest.Settings()
	set.Registration = "approval"
	h := &house{House: coretest.NewWith(t, set), tables: tables(t)}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if h.auth, err = auth.New(h.DB, h.Hub, log, h.Now, auth.Settings{BaseURL: base, Name: "Auwiesen"}); err != nil {
		t.Fatal(err)
	}
	d := api.Deps{Core: h.Core, Read: h.Read, Auth: h.auth, Hub: h.Hub, Log: log, Now: h.Now, BaseURL: base, AccountDomain: "allmende.example"}
	for _, change := range changes {
		change(&d)
	}
	r := chi.NewRouter()
	r.Use(httpx.Observer{Log: log}.Wrap, httpx.Secure(true))
	api.New(d).Routes(r)
	h.handler = r
	return h
}

// tables are all tables there are, from the generated schema.
func tables(t testing.TB) []string {
	t.Helper()
	schema, err := os.ReadFile("../../store/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^CREATE TABLE (\w+) \(`).FindAllSubmatch(schema, -1) {
		out = append(out, string(m[1]))
	}
	if len(out) < 20 {
		t.Fatalf("only %d tables found", len(out))
	}
	return out
}

// stored is all that is in the database, to be compared.
func (h *house) stored() string {
	h.T.Helper()
	var b strings.Builder
	for _, table := range h.tables {
		fmt.Fprintf(&b, "%s: %s\n", table, strings.Join(h.rows(table), "\n"))
	}
	return b.String()
}

func (h *house) rows(table string) []string {
	h.T.Helper()
	rows, err := h.DB.Read().Query(context.Background(), "select * from "+table)
	if err != nil {
		h.T.Fatalf("%s: %v", table, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		h.T.Fatal(err)
	}
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			h.T.Fatal(err)
		}
		var line strings.Builder
		for _, v := range values {
			fmt.Fprintf(&line, "%v|", *v.(*any))
		}
		out = append(out, line.String())
	}
	if err := rows.Err(); err != nil {
		h.T.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// program asks the door: with a token, a browser's cookie, or as nobody.
type program struct {
	*house
	token  string
	cookie string
	csrf   string
	lang   string
	key    string // Idempotency-Key of the next request
}

const allScopes = "read write follow push admin:read admin:write"

func (h *house) program(m coretest.Member) *program { return h.programAs(m, m.Actor, allScopes) }

func (h *house) programAs(m coretest.Member, actor allmende.ID, scopes string) *program {
	h.T.Helper()
	issued, err := h.auth.Issue(context.Background(), m.Account, actor, scopes)
	if err != nil {
		h.T.Fatal(err)
	}
	return &program{house: h, token: issued.Secret}
}

// page is an open page of a member's browser: cookie and the page's token.
func (h *house) page(m coretest.Member) *program {
	h.T.Helper()
	cookie, session, err := h.auth.Start(context.Background(), m.Account, "Test browser", "203.0.113.7")
	if err != nil {
		h.T.Fatal(err)
	}
	return &program{house: h, cookie: cookie, csrf: h.auth.CSRF(session)}
}

func (h *house) nobody() *program { return &program{house: h} }

func (p *program) request(method, path, kind string, body io.Reader) *http.Request {
	r := httptest.NewRequest(method, base+path, body)
	for name, value := range map[string]string{"Content-Type": kind, "X-CSRF-Token": p.csrf, "Accept-Language": p.lang, "Idempotency-Key": p.key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	if p.cookie != "" {
		r.AddCookie(&http.Cookie{Name: auth.CookieName(true), Value: p.cookie})
	}
	return r
}

func (p *program) send(method, path, kind string, body []byte) *answer {
	p.T.Helper()
	p.Pass(time.Second)
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, p.request(method, path, kind, bytes.NewReader(body)))
	a := &answer{t: p.T, what: method + " " + path, status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.body, &a.value); err != nil {
			p.T.Fatalf("%s: %v\n%s", a.what, err, a.body)
		}
	}
	return a
}

func (p *program) get(path string) *answer { p.T.Helper(); return p.send("GET", path, "", nil) }

// raw sends bytes as a command's body.
func (p *program) raw(verb string, body []byte) *answer {
	p.T.Helper()
	return p.send("POST", "/api/do/"+verb, "application/json", body)
}

// fields are a command's body.
type fields map[string]any

// with is a copy with one field changed.
func (f fields) with(name string, value any) fields {
	out := fields{name: value}
	for k, v := range f {
		if k != name {
			out[k] = v
		}
	}
	return out
}

// do gives a command.
func (p *program) do(verb string, f fields) *answer {
	p.T.Helper()
	body, err := json.Marshal(f)
	if err != nil {
		p.T.Fatal(err)
	}
	return p.raw(verb, body)
}

// answer is what came back.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
	value  any
}

func (a *answer) String() string {
	return fmt.Sprintf("%s answered %d: %s", a.what, a.status, a.body[:min(len(a.body), 600)])
}

// want fails the test unless the status is as wanted.
func (a *answer) want(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("want %d, but %s", status, a)
	}
	return a
}

func (a *answer) ok() *answer { a.t.Helper(); return a.want(http.StatusOK) }

// at walks into the answer: at("items", 0, "id"); nil where nothing is.
func (a *answer) at(path ...any) any {
	v := a.value
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

// is fails the test unless a value is as wanted.
func (a *answer) is(want any, path ...any) *answer {
	a.t.Helper()
	if got := a.at(path...); fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Errorf("%v is %v, want %v, in %s", path, got, want, a)
	}
	return a
}

// id is an id in the answer.
func (a *answer) id(path ...any) allmende.ID {
	a.t.Helper()
	s, _ := a.at(path...).(string)
	id, err := allmende.ParseID(s)
	if err != nil {
		a.t.Fatalf("no id at %v in %s", path, a)
	}
	return id
}

// ids are the ids of a list's items.
func (a *answer) ids() []allmende.ID {
	a.t.Helper()
	list, _ := a.at("items").([]any)
	out := []allmende.ID{}
	for i := range list {
		out = append(out, a.id("items", i, "id"))
	}
	return out
}

// refusal is what the door promises of every refusal, in docs/api.md.
type refusal struct {
	Error struct {
		Kind, Key, Text, Request string
		Fields                   []struct{ Name, Key, Text string }
	}
	Message string
}

// refused fails the test unless the answer is a refusal as promised, for which
// the asker and not the server is to blame.
func (a *answer) refused() refusal {
	a.t.Helper()
	var r refusal
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.DisallowUnknownFields()
	err := dec.Decode(&r)
	switch e := r.Error; {
	case a.status < 400 || a.status > 499:
		a.t.Errorf("want a refusal, but %s", a)
	case err != nil || a.header.Get("Content-Type") != "application/json; charset=utf-8":
		a.t.Errorf("no refusal as promised (%v): %s", err, a)
	case e.Kind == "" || e.Key == "" || e.Text == "" || strings.HasPrefix(e.Text, "[") || e.Request == "" || r.Message != e.Text:
		a.t.Errorf("the refusal leaves something out: %s", a)
	}
	for _, f := range r.Error.Fields {
		if f.Name == "" || f.Key == "" || f.Text == "" || strings.HasPrefix(f.Text, "[") {
			a.t.Errorf("a complaint about a field leaves something out: %s", a)
		}
	}
	return r
}

// because fails the test unless the refusal has that status and message.
func (a *answer) because(status int, key string) *answer {
	a.t.Helper()
	if r := a.refused(); a.status != status || r.Error.Key != key {
		a.t.Errorf("want %d because of %s, but %s", status, key, a)
	}
	return a
}

// names tells whether a refusal is about a field, or a part of it.
func (r refusal) names(field string) bool {
	return slices.ContainsFunc(r.Error.Fields, func(f struct{ Name, Key, Text string }) bool {
		return f.Name == field || strings.HasPrefix(f.Name, field+".")
	})
}
