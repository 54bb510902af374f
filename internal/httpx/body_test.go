package httpx

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"allmende"
)

func post(kind, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/?from=address", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

func TestFormsAreReadWithinTheirLimits(t *testing.T) {
	const urlencoded = "application/x-www-form-urlencoded"
	lim := FormLimits{Bytes: 200, Memory: 100, Fields: 4}
	f, err := ReadForm(httptest.NewRecorder(), post(urlencoded, "text=a%0D%0Ab&line=+a%0A+b+&tag[]=x&tag[]=y"), lim)
	if err != nil {
		t.Fatal(err)
	}
	if f.Text("text") != "a\nb" || f.Line("line") != "a b" || strings.Join(f.All("tag"), "") != "xy" || f.Has("from") {
		t.Errorf("%v", f.Values)
	}
	for _, c := range []struct {
		name string
		r    *http.Request
		want allmende.Kind
	}{
		{"too many bytes", post(urlencoded, "a="+strings.Repeat("x", 300)), allmende.TooLarge},
		{"too many fields", post(urlencoded, "a=1&a=2&b=3&c=4&d=5"), allmende.TooLarge},
		{"not UTF-8", post(urlencoded, "a=%ff"), allmende.Invalid},
		{"a zero byte", post(urlencoded, "a=%00"), allmende.Invalid},
		{"broken escapes", post(urlencoded, "a=%zz"), allmende.Invalid},
		{"another type", post("application/pdf", "x"), allmende.Unsupported},
		{"no boundary", post("multipart/form-data", "x"), allmende.Invalid},
	} {
		if _, err := ReadForm(httptest.NewRecorder(), c.r, lim); err == nil || allmende.KindOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNumbersAndTicksInForms(t *testing.T) {
	f, err := ReadForm(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/?n=500&m=x&on=on&id=12&bad=-1&pw=+a+", nil), SmallForm)
	if err != nil {
		t.Fatal(err)
	}
	if f.Int("n", 20, 1, 80) != 80 || f.Int("m", 20, 1, 80) != 20 || !f.On("on") || f.On("off") || f.Raw("pw") != " a " {
		t.Errorf("%v", f.Values)
	}
	id, err := f.ID("id")
	if id != 12 || err != nil {
		t.Errorf("id: %v, %v", id, err)
	}
	if _, err := f.ID("bad"); !allmende.IsKind(err, allmende.Invalid) {
		t.Errorf("bad id: %v", err)
	}
	if id, err := f.ID("none"); id != 0 || err != nil {
		t.Errorf("no id: %v, %v", id, err)
	}
}

func TestUploadedFilesLeaveNothingBehind(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("file", "photo.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(make([]byte, 1<<20))
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	h := observer(io.Discard).Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := ReadForm(w, r, FormLimits{Bytes: 2 << 20, Memory: 1 << 10, Fields: 5})
		if err != nil || len(f.Files["file"]) != 1 {
			t.Errorf("%v, %v", f.Files, err)
		}
		if left, _ := os.ReadDir(tmp); len(left) != 1 {
			t.Errorf("%d temporary files while reading, want 1", len(left))
		}
	}))
	r := httptest.NewRequest(http.MethodPost, "/", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	h.ServeHTTP(httptest.NewRecorder(), r)
	if left, _ := os.ReadDir(tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestJSONBodiesAreReadWithinTheirLimits(t *testing.T) {
	for body, want := range map[string]int{
		`{"a":1,"more":2}`: 200, `{"a":"x"}`: 422, `{"a":1} {"a":2}`: 422, ``: 422, `{`: 422, `{"a":1,"b":"` + strings.Repeat("x", 100) + `"}`: 413,
	} {
		var dst struct{ A int }
		err := ReadJSON(httptest.NewRecorder(), post("application/json", body), 60, &dst)
		if Status(err) != want || err == nil && dst.A != 1 {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestLimitBodyCutsOff(t *testing.T) {
	var err error
	h := LimitBody(3)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, err = io.ReadAll(r.Body) }))
	h.ServeHTTP(httptest.NewRecorder(), post("text/plain", "four"))
	if Status(err) != http.StatusRequestEntityTooLarge {
		t.Errorf("%v", err)
	}
}
