package webtest

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"allmende/internal/core/coretest"
)

// Browser is one visitor's browser. It keeps cookies and follows nothing by
// itself, so that tests see each answer.
type Browser struct {
	T      testing.TB
	Lang   string      // Accept-Language
	Header http.Header // sent along with the next request
	Last   *Page       // the page that is open

	house *House
	jar   *cookiejar.Jar
}

// Visitor opens a browser in which nobody is signed in.
func (h *House) Visitor() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.T.Fatal(err)
	}
	return &Browser{T: h.T, Lang: "en", Header: http.Header{}, house: h, jar: jar}
}

// SignedIn opens a browser in which a member is signed in.
func (h *House) SignedIn(m coretest.Member) *Browser {
	h.T.Helper()
	b := h.Visitor()
	value, _, err := h.Auth.Start(context.Background(), m.Account, "Test browser", "203.0.113.7")
	if err != nil {
		h.T.Fatal(err)
	}
	b.jar.SetCookies(base(), []*http.Cookie{{Name: "__Host-allmende", Value: value, Path: "/", Secure: true}})
	return b
}

// wordless are message keys without text, as they are drawn.
var wordless = regexp.MustCompile(`\[(account|admin|app|audience|error|http|job|legal|media|moderation|notice|oauth|page|search|settings|time|ui)\.[A-Za-z0-9_.-]+\]`)

func base() *url.URL {
	u, err := url.Parse(Base)
	if err != nil {
		panic(err) // a constant
	}
	return u
}

// Cookie is the session's cookie; empty when there is none.
func (b *Browser) Cookie() string {
	for _, c := range b.jar.Cookies(base()) {
		if c.Name == "__Host-allmende" {
			return c.Value
		}
	}
	return ""
}

// Get opens an address.
func (b *Browser) Get(path string) *Page {
	b.T.Helper()
	return b.send(http.MethodGet, path, "", nil)
}

// Open gets a page that must be there.
func (b *Browser) Open(path string) *Page {
	b.T.Helper()
	return b.Get(path).Want(http.StatusOK)
}

// Post sends a form as a script or a hand-made page would: fields are name,
// value pairs. The token of the open page is added when there is one.
func (b *Browser) Post(path string, fields ...string) *Page {
	b.T.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	if !values.Has("csrf") && b.Last != nil {
		values.Set("csrf", b.Last.token())
	}
	return b.send(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// Submit sends the form of the open page that has the action (or matches the
// selector), with what stands in it and the changes: name, value pairs. A value
// of "-" leaves a field out, as an unticked box is. A field that the form does
// not have fails the test; so does a form that is not there.
func (b *Browser) Submit(form string, changes ...string) *Page {
	b.T.Helper()
	f := b.form(form)
	values := f.values()
	for i := 0; i+1 < len(changes); i += 2 {
		name, value := changes[i], changes[i+1]
		if !slices.Contains(f.names(), name) {
			b.T.Fatalf("the form %s has no field %q, only %v", form, name, f.names())
		}
		if values.Del(name); value != "-" {
			values.Set(name, value)
		}
	}
	method, action := f.target(b.Last.Path)
	if method == http.MethodGet {
		path, _, _ := strings.Cut(action, "?")
		return b.Get(path + "?" + values.Encode())
	}
	return b.send(method, action, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// Upload sends a form of the open page with one file and changes as Submit takes them.
func (b *Browser) Upload(form, field, name string, content []byte, changes ...string) *Page {
	b.T.Helper()
	f := b.form(form)
	values := f.values()
	for i := 0; i+1 < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, list := range values {
		for _, v := range list {
			if err := w.WriteField(key, v); err != nil {
				b.T.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.T.Fatal(err)
	}
	_, action := f.target(b.Last.Path)
	return b.send(http.MethodPost, action, w.FormDataContentType(), &body)
}

// Press presses the button of the open page that posts to an address (its
// formaction, or that of its form), with its own name and value.
func (b *Browser) Press(action string) *Page {
	b.T.Helper()
	if b.Last == nil {
		b.T.Fatal("no page is open")
	}
	for _, button := range b.Last.All("button") {
		if attr(button, "formaction") != action {
			continue
		}
		fields := []string{}
		if name := attr(button, "name"); name != "" {
			fields = append(fields, name, attr(button, "value"))
		}
		if back := b.Last.Attr("form#act input[name=back]", "value"); back != "" {
			fields = append(fields, "back", back)
		}
		return b.Post(action, fields...)
	}
	b.T.Fatalf("%s has no button to %s", b.Last.Path, action)
	return nil
}

// Follow goes where the last answer leads.
func (b *Browser) Follow() *Page {
	b.T.Helper()
	if b.Last == nil || b.Last.Location == "" {
		b.T.Fatalf("the last answer leads nowhere: %s", b.Last)
	}
	return b.Get(b.Last.Location)
}

// SignIn signs in by the page.
func (b *Browser) SignIn(login, password string) *Page {
	b.T.Helper()
	b.Open("/login")
	return b.Submit("/login", "email", login, "password", password)
}

func (b *Browser) form(form string) pageForm {
	b.T.Helper()
	if b.Last == nil {
		b.T.Fatal("no page is open")
	}
	f, ok := b.Last.form(form)
	if !ok {
		b.T.Fatalf("%s has no form %s: %s", b.Last.Path, form, b.Last)
	}
	return f
}

func (b *Browser) send(method, path, kind string, body io.Reader) *Page {
	b.T.Helper()
	path, _, _ = strings.Cut(strings.TrimPrefix(path, Base), "#") // which browsers keep to themselves
	r := httptest.NewRequest(method, Base+path, body)
	r.RemoteAddr = "203.0.113.7:4711"
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", b.Lang)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if method == http.MethodPost {
		r.Header.Set("Origin", Base)
	}
	for name, values := range b.Header {
		r.Header[name] = values
	}
	b.Header = http.Header{}
	for _, c := range b.jar.Cookies(base()) {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.house.handler.ServeHTTP(w, r)
	res := w.Result()
	b.jar.SetCookies(base(), res.Cookies())
	p := &Page{t: b.T, Path: path, Status: res.StatusCode, Location: strings.TrimPrefix(res.Header.Get("Location"), Base),
		Header: res.Header, Body: w.Body.String()}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		doc, err := html.Parse(strings.NewReader(p.Body))
		if err != nil {
			b.T.Fatal(err)
		}
		p.doc = doc
		if key := wordless.FindString(p.Body); key != "" {
			b.T.Errorf("%s: the message %s has no words", path, key)
		}
	}
	b.Last = p
	return p
}

// Steal copies another browser's cookies.
func (b *Browser) Steal(from *Browser) {
	for _, c := range from.jar.Cookies(base()) {
		c.Path, c.Secure = "/", true
		b.jar.SetCookies(base(), []*http.Cookie{c})
	}
}
