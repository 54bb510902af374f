package files

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/httpx"
	"allmende/internal/lang"
)

const (
	fieldBytes = 16 << 10 // of one field beside the file
	formRoom   = 1 << 20  // of a form beside its file
)

// mediaJSON is a medium as its owner's composer sees it.
type mediaJSON struct {
	ID       string  `json:"id"`
	State    string  `json:"state"`
	Kind     string  `json:"kind"`
	Progress int     `json:"progress"`
	Reason   string  `json:"reason,omitempty"` // a sentence
	URL      string  `json:"url,omitempty"`
	Preview  string  `json:"preview,omitempty"`
	Alt      string  `json:"alt"`
	FocusX   float64 `json:"focus_x"`
	FocusY   float64 `json:"focus_y"`
	Width    int     `json:"width,omitempty"`
	Height   int     `json:"height,omitempty"`
	Duration int64   `json:"duration_ms,omitempty"`
	Blurhash string  `json:"blurhash,omitempty"`
	Place    bool    `json:"show_place"`
}

func view(r *http.Request, m *allmende.Media) mediaJSON {
	v := mediaJSON{ID: m.ID.String(), State: string(m.State), Kind: m.Kind, Progress: m.Progress, Alt: m.Alt,
		FocusX: m.FocusX, FocusY: m.FocusY, Width: m.Width, Height: m.Height, Duration: m.DurationMS, Blurhash: m.Blurhash,
		Place:   m.ShowPlace,
		URL:     first(m, "mp4", "opus", "aac", "webp2048", "webp1280", "webp640", "webp320"),
		Preview: first(m, "poster", "webp640", "webp320")}
	if m.Reason != "" {
		v.Reason = lang.T(lang.Match(r.Header.Get("Accept-Language"), ""), m.Reason)
	}
	return v
}

// first is the address of the first variant there is.
func first(m *allmende.Media, names ...string) string {
	for _, n := range names {
		if p := m.Path(n); p != "" {
			return p
		}
	}
	return ""
}

// state answers GET /api/media/{id}: how far it is.
func (f *Files) state(w http.ResponseWriter, r *http.Request) error {
	_, m, err := f.mine(r)
	if err != nil {
		return err
	}
	httpx.Private(w)
	return httpx.WriteJSON(w, http.StatusOK, view(r, m))
}

// take answers POST /api/media: a form with a file, and perhaps alt and focus.
func (f *Files) take(w http.ResponseWriter, r *http.Request) error {
	v, err := f.signedIn(r)
	if err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, f.Upload.MaxBytes()+formRoom)
	parts, err := r.MultipartReader()
	if err != nil {
		return allmende.E(allmende.Unsupported, "http.form_type").Because(err)
	}
	id, err := f.takeParts(r, v, parts)
	if err != nil {
		return err
	}
	got, err := f.Read.Media(r.Context(), []allmende.ID{id})
	if err != nil {
		return err
	}
	if got[id] == nil {
		return notHere()
	}
	httpx.Private(w)
	return httpx.WriteJSON(w, http.StatusCreated, view(r, got[id]))
}

// takeParts reads a form as it comes: the file goes straight to its place, and
// what is said of it may stand before or behind it.
func (f *Files) takeParts(r *http.Request, v allmende.Viewer, parts *multipart.Reader) (allmende.ID, error) {
	var id allmende.ID
	about := allmende.Upload{Via: "api"}
	late := false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, allmende.E(allmende.Invalid, "media.interrupted").Because(err)
		}
		if part.FormName() == "file" && id == 0 {
			about.Name = part.FileName()
			if id, err = f.Upload.Upload(r.Context(), v, part, about); err != nil {
				return 0, err
			}
			continue
		}
		said, err := sayPart(part, &about)
		if err != nil {
			return 0, err
		}
		late = late || said && id != 0
	}
	if id == 0 {
		return 0, allmende.Wrong("file", "media.file_missing")
	}
	if !late {
		return id, nil
	}
	_, err := f.Do(r.Context(), &allmende.SetMedia{Act: act(v), Media: id, Alt: &about.Alt, FocusX: &about.FocusX, FocusY: &about.FocusY})
	return id, err
}

// sayPart notes what a field says of the file; false when it says nothing.
func sayPart(part *multipart.Part, about *allmende.Upload) (bool, error) {
	text, err := io.ReadAll(io.LimitReader(part, fieldBytes))
	if err != nil {
		return false, allmende.E(allmende.Invalid, "media.interrupted").Because(err)
	}
	switch part.FormName() {
	case "alt", "description":
		about.Alt = strings.ToValidUTF8(string(text), "")
	case "focus":
		about.FocusX, about.FocusY, err = readFocus(string(text))
	default:
		return false, nil
	}
	return true, err
}

// readFocus reads "0.1,-0.5".
func readFocus(s string) (x, y float64, err error) {
	left, right, both := strings.Cut(s, ",")
	x, errX := strconv.ParseFloat(strings.TrimSpace(left), 64)
	y, errY := strconv.ParseFloat(strings.TrimSpace(right), 64)
	inside := x >= -1 && x <= 1 && y >= -1 && y <= 1 // never true of NaN
	if !both || errX != nil || errY != nil || !inside {
		return 0, 0, allmende.Wrong("focus", "media.focus")
	}
	return x, y, nil
}

// describe answers POST /api/media/{id}: alt, focus, show_place, as form or JSON.
func (f *Files) describe(w http.ResponseWriter, r *http.Request) error {
	v, m, err := f.mine(r)
	if err != nil {
		return err
	}
	cmd := &allmende.SetMedia{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = httpx.ReadJSON(w, r, fieldBytes, cmd)
	} else {
		err = sayForm(w, r, cmd)
	}
	if err != nil {
		return err
	}
	cmd.Act, cmd.Media = act(v), m.ID
	if _, err := f.Do(r.Context(), cmd); err != nil {
		return err
	}
	return f.state(w, r)
}

func sayForm(w http.ResponseWriter, r *http.Request, cmd *allmende.SetMedia) error {
	form, err := httpx.ReadForm(w, r, httpx.SmallForm)
	if err != nil {
		return err
	}
	if form.Has("alt") {
		alt := form.Text("alt")
		cmd.Alt = &alt
	}
	if form.Has("show_place") {
		on := form.On("show_place")
		cmd.ShowPlace = &on
	}
	if form.Has("focus") {
		x, y, err := readFocus(form.Line("focus"))
		if err != nil {
			return err
		}
		cmd.FocusX, cmd.FocusY = &x, &y
	}
	return nil
}

// act is the head of a command by this viewer.
func act(v allmende.Viewer) allmende.Act {
	return allmende.Act{By: v.Account, As: v.Actor, Via: "api"}
}
