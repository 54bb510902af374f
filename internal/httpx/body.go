package httpx

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"allmende"
)

// LimitBody cuts request bodies off after so many bytes; reading on gives an
// error whose Status is 413. A door that takes uploads mounts its own limit.
func LimitBody(bytes int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Body != nil {
				r.Body = http.MaxBytesReader(w, r.Body, bytes)
			}
			next.ServeHTTP(w, r)
		})
	}
}

// ReadJSON reads one JSON value of at most so many bytes into dst. Unknown
// fields are ignored, since clients send more than we know.
func ReadJSON(w http.ResponseWriter, r *http.Request, bytes int64, dst any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, bytes))
	if err := d.Decode(dst); err != nil {
		return unreadable(err, "http.bad_json")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return unreadable(err, "http.bad_json")
	}
	return nil
}

// unreadable says why a body could not be read: too large, or wrong.
func unreadable(cause error, key string) error {
	var cut *http.MaxBytesError
	if errors.As(cause, &cut) {
		return allmende.E(allmende.TooLarge, "http.too_large", "limit", cut.Limit).Because(cause)
	}
	var e *allmende.Error
	if errors.As(cause, &e) {
		return e
	}
	return allmende.E(allmende.Invalid, key).Because(cause)
}

// FormLimits bound what a form may hold.
type FormLimits struct {
	Bytes  int64 // of the whole body
	Memory int64 // of files kept in memory; the rest goes to temporary files
	Fields int   // values in all
}

// SmallForm fits every form without files.
var SmallForm = FormLimits{Bytes: 2 << 20, Memory: 256 << 10, Fields: 1000}

// Form is what a form held. Its temporary files are removed when the request
// was answered.
type Form struct {
	Values url.Values
	Files  map[string][]*multipart.FileHeader
}

// ReadForm reads a form from a body (urlencoded or multipart), or from the
// address of a GET. Text that is not UTF-8 is refused.
func ReadForm(w http.ResponseWriter, r *http.Request, lim FormLimits) (Form, error) {
	r.Body = http.MaxBytesReader(w, r.Body, lim.Bytes)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	f := Form{}
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		values, err := url.ParseQuery(r.URL.RawQuery)
		if err != nil {
			return Form{}, unreadable(err, "http.bad_form")
		}
		f.Values = values
	case kind == "multipart/form-data":
		if err := r.ParseMultipartForm(lim.Memory); err != nil {
			return Form{}, unreadable(err, "http.bad_form")
		}
		parts := r.MultipartForm
		// RemoveAll fails only when the directory of temporary files is gone.
		afterwards(r.Context(), func() { _ = parts.RemoveAll() })
		f.Values, f.Files = parts.Value, parts.File
	case kind == "application/x-www-form-urlencoded" || kind == "":
		if err := r.ParseForm(); err != nil {
			return Form{}, unreadable(err, "http.bad_form")
		}
		f.Values = r.PostForm
	default:
		return Form{}, allmende.E(allmende.Unsupported, "http.form_type")
	}
	return f, f.Check(lim)
}

// Check refuses values that are no text, and too many of them; for forms that
// came as something else, as JSON.
func (f Form) Check(lim FormLimits) error {
	count := 0
	for name, values := range f.Values {
		count += len(values)
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return allmende.Wrong(name, "http.not_text")
			}
		}
	}
	if count > lim.Fields {
		return allmende.E(allmende.TooLarge, "http.too_many_fields", "limit", lim.Fields)
	}
	return nil
}

// Has tells whether the form had the field.
func (f Form) Has(name string) bool { return f.Values.Has(name) }

// Line is a field's text without white space around it and without line breaks.
func (f Form) Line(name string) string {
	return strings.Join(strings.Fields(f.Values.Get(name)), " ")
}

// Text is a field's text with "\n" for every line break; browsers send "\r\n".
func (f Form) Text(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(f.Values.Get(name), "\r\n", "\n"), "\r", "\n")
}

// Raw is a field's text as it came, for passwords.
func (f Form) Raw(name string) string { return f.Values.Get(name) }

// On tells whether a box was ticked.
func (f Form) On(name string) bool {
	switch strings.ToLower(f.Values.Get(name)) {
	case "on", "true", "1", "yes":
		return true
	}
	return false
}

// All are a field's values, "tag" and "tag[]" alike, without empty ones.
func (f Form) All(name string) []string {
	var all []string
	for _, values := range [][]string{f.Values[name], f.Values[name+"[]"]} {
		for _, v := range values {
			if v = strings.TrimSpace(v); v != "" {
				all = append(all, v)
			}
		}
	}
	return all
}

// Int is a field's number within lo and hi; fallback when it is missing or no number.
func (f Form) Int(name string, fallback, lo, hi int) int {
	n, err := strconv.Atoi(strings.TrimSpace(f.Values.Get(name)))
	if err != nil {
		return fallback
	}
	return min(max(n, lo), hi)
}

// ID is a field's id; zero when the field is missing, Invalid when it is no id.
func (f Form) ID(name string) (allmende.ID, error) {
	text := strings.TrimSpace(f.Values.Get(name))
	if text == "" {
		return 0, nil
	}
	return allmende.ParseID(text)
}
