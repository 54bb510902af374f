package mastodon

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"allmende"
	"allmende/internal/httpx"
	"allmende/internal/wire/masto"
)

// How long an answer waits for a file to become usable: the first version of
// the call answers when it is, the second says "not yet" (202) and is asked again.
const (
	pictureWait = 30 * time.Second
	shortWait   = 2 * time.Second
)

// upload takes a file (rows T7, P1). It goes to the disk as it comes in, so
// what it is described with may stand before or behind it in the form.
func (d *Door) upload(wait time.Duration, later bool) handler {
	return func(q *req) error {
		id, err := q.receive()
		if err != nil {
			return err
		}
		err = q.waitFor(id, wait)
		if err != nil && !allmende.IsKind(err, allmende.Unavailable) {
			return err
		}
		status := http.StatusOK
		if err != nil && later {
			status = http.StatusAccepted
		}
		return q.medium(id, status)
	}
}

// receive reads the parts of the form one after the other.
func (q *req) receive() (allmende.ID, error) {
	q.Body = http.MaxBytesReader(q.ResponseWriter, q.Body, q.door.Limits.UploadBytes+mostBytes)
	parts, err := q.MultipartReader()
	if err != nil {
		return 0, allmende.E(allmende.Unsupported, "http.form_type").Because(err)
	}
	var id allmende.ID
	about := allmende.Upload{Via: "mastodon"}
	late := false
	for count := 0; count < 20; count++ {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, badForm(err)
		}
		if part.FormName() == "file" && id == 0 {
			about.Name = part.FileName()
			if id, err = q.door.Upload(q.Context(), q.viewer, part, about); err != nil {
				return 0, err
			}
			continue
		}
		described, err := describes(&about, part)
		if err != nil {
			return 0, err
		}
		late = late || described && id != 0
	}
	if id == 0 {
		return 0, allmende.Wrong("file", "app.file_missing")
	}
	if late {
		cmd := &allmende.SetMedia{Act: q.by(), Media: id, Alt: &about.Alt, FocusX: &about.FocusX, FocusY: &about.FocusY}
		if _, err := q.do(cmd); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func badForm(err error) error {
	var cut *http.MaxBytesError
	if errors.As(err, &cut) {
		return allmende.E(allmende.TooLarge, "http.too_large", "limit", cut.Limit).Because(err)
	}
	return allmende.E(allmende.Invalid, "http.bad_form").Because(err)
}

// describes reads a part that describes the file; false when it is another.
func describes(about *allmende.Upload, part *multipart.Part) (bool, error) {
	name := part.FormName()
	if name != "description" && name != "focus" {
		return false, nil // a thumbnail, for example: posters are made here
	}
	text, err := io.ReadAll(io.LimitReader(part, 16<<10))
	if err != nil {
		return false, badForm(err)
	}
	if name == "description" {
		about.Alt = strings.TrimSpace(string(text))
		return true, nil
	}
	about.FocusX, about.FocusY, err = focus(string(text))
	return true, err
}

// focus reads "0.5,-0.25".
func focus(s string) (x, y float64, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(s, ",")
	x, err = strconv.ParseFloat(strings.TrimSpace(first), 64)
	if err == nil {
		y, err = strconv.ParseFloat(strings.TrimSpace(second), 64)
	}
	if err != nil || x != x || y != y { // NaN is not equal to itself
		return 0, 0, allmende.Wrong("focus", "error.focus")
	}
	return x, y, nil
}

// waitFor waits until a medium can be shown: Unavailable when it takes longer,
// Invalid when it failed. It hears of progress through the hub.
func (q *req) waitFor(id allmende.ID, most time.Duration) error {
	ctx, cancel := context.WithTimeout(q.Context(), most)
	defer cancel()
	news := q.door.Hub.Subscribe(ctx, 64)
	for {
		m, err := q.door.Read.Medium(ctx, q.viewer, id)
		if err != nil {
			return err
		}
		if m.State == allmende.MediaFailed {
			return failed(m)
		}
		if masto.MediaReady(m) {
			return nil
		}
		for about := false; !about; {
			n, more := <-news
			if !more {
				return allmende.E(allmende.Unavailable, "app.media_waits")
			}
			for _, changed := range n.Media {
				about = about || changed == id
			}
		}
	}
}

func failed(m *allmende.Media) error {
	if m.Reason != "" {
		return allmende.Wrong("file", m.Reason)
	}
	return allmende.Wrong("file", "error.media_failed")
}

func (q *req) medium(id allmende.ID, status int) error {
	m, err := q.door.Read.Medium(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	httpx.WriteBytes(q.ResponseWriter, status, "application/json; charset=utf-8", q.door.site.AppendMedia(nil, m))
	return nil
}

// getMedia: 206 says that it is still being worked on.
func (d *Door) getMedia(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	m, err := d.Read.Medium(q.Context(), q.viewer, id)
	if err != nil {
		return err
	}
	if m.State == allmende.MediaFailed {
		return failed(m)
	}
	if !masto.MediaReady(m) {
		return q.medium(id, http.StatusPartialContent)
	}
	return q.medium(id, http.StatusOK)
}

func (d *Door) putMedia(q *req) error {
	id, err := q.id("id")
	if err != nil {
		return err
	}
	if err := q.describe(id, q.text("description"), q.text("focus")); err != nil {
		return err
	}
	return q.medium(id, http.StatusOK)
}

// describe changes what is said of a medium; nil stays.
func (q *req) describe(id allmende.ID, alt, where *string) error {
	cmd := &allmende.SetMedia{Act: q.by(), Media: id, Alt: alt}
	if where != nil {
		x, y, err := focus(*where)
		if err != nil {
			return err
		}
		cmd.FocusX, cmd.FocusY = &x, &y
	}
	_, err := q.do(cmd)
	return err
}

// mediaAttributes describes media while a status is edited:
// media_attributes[0][id], [description], [focus].
func (q *req) mediaAttributes() error {
	for i := range 40 {
		head := "media_attributes[" + strconv.Itoa(i) + "]"
		id, err := q.form.ID(head + "[id]")
		if err != nil {
			return err
		}
		if id == 0 {
			continue
		}
		if err := q.describe(id, q.text(head+"[description]"), q.text(head+"[focus]")); err != nil {
			return err
		}
	}
	return nil
}
