package web

import (
	"errors"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
	"allmende/internal/read"
	"allmende/internal/text"
)

// textOf is an object's text with the media that stand in it.
func (q *req) textOf(b *read.Bundle, o *allmende.Object) ui.SafeHTML {
	return q.withFigures(o.HTML, func(id allmende.ID) *allmende.Media {
		if !slices.Contains(o.Media, id) {
			return nil
		}
		return b.Media[id]
	})
}

// withFigures draws the media that stand in a rendered text. Show finds one;
// nil when it may not be shown here or is gone.
func (q *req) withFigures(html string, show func(allmende.ID) *allmende.Media) ui.SafeHTML {
	ctx := lang.With(q.Context(), q.lang)
	return ui.SafeHTML(text.DrawFigures(html, func(f text.Figure) string {
		v := ui.FigureView{Caption: f.Caption, Inline: f.Inline, Media: ui.MediaView{Alt: f.Alt, State: "gone"}}
		if m := show(f.Media); m != nil {
			v.Media = q.oneMedium(m)
			if f.Alt != "" {
				v.Media.Alt = f.Alt
			}
			v.Media.Title = v.Media.Alt // the name of a file says nothing
		}
		var drawn strings.Builder
		if err := ui.Figure(v).Render(ctx, &drawn); err != nil {
			q.web.Log.Error("figure", "media", f.Media, "err", err)
			return ""
		}
		return drawn.String()
	}))
}

// attached are an object's media that do not stand in its text.
func (q *req) attached(b *read.Bundle, o *allmende.Object) []ui.MediaView {
	inText := text.FiguresIn(o.HTML)
	var out []ui.MediaView
	for _, id := range o.Media {
		if m := b.Media[id]; m != nil && !slices.Contains(inText, id) {
			out = append(out, q.oneMedium(m))
		}
	}
	return out
}

// leadMedia is what a card shows: all media of a note; of a longer text what is
// attached to it, or else its first picture.
func (q *req) leadMedia(b *read.Bundle, o *allmende.Object) []ui.MediaView {
	if !o.Kind.Titled() {
		return q.mediaViews(b, o)
	}
	list := q.attached(b, o)
	if len(list) > 0 {
		return list
	}
	for _, v := range q.mediaViews(b, o) {
		if v.Kind == "image" && v.Src != "" {
			return []ui.MediaView{v}
		}
	}
	return nil
}

// insertFile takes a file that was sent with the editor itself, without script,
// and puts it at the end of the text.
func (w *Web) insertFile(q *req, e *ui.EditorView) error {
	heads := q.form.Files["file"]
	if len(heads) == 0 || heads[0].Size == 0 {
		return allmende.Wrong("file", "error.file_missing")
	}
	e.Alt, e.Caption = q.form.Line("alt"), q.form.Line("caption")
	file, err := heads[0].Open()
	if err != nil {
		return err
	}
	id, err := w.Upload(q.Context(), q.viewer, heads[0].Filename, file, e.Alt)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		var refusal *allmende.Error
		if errors.As(err, &refusal) && len(refusal.Fields) == 0 {
			refusal.Fields = []allmende.Field{{Name: "file", Key: refusal.Key, Args: refusal.Args}}
		}
		return err
	}
	e.Text = strings.TrimRight(e.Text, "\n ")
	if e.Text != "" {
		e.Text += "\n\n"
	}
	e.Text += text.FigureMarkdown(text.Figure{Media: id, Alt: e.Alt, Caption: e.Caption}) + "\n"
	e.Alt, e.Caption, e.Inserted = "", "", true
	return nil
}

// previewed finds the media that a text being written may show: one's own, and
// those of the object that is edited.
func (w *Web) previewed(q *req, html string, o *allmende.Object) (func(allmende.ID) *allmende.Media, error) {
	media, err := w.Read.Media(q.Context(), text.FiguresIn(html))
	return func(id allmende.ID) *allmende.Media {
		m := media[id]
		if m == nil || m.Owner != q.viewer.Actor && m.Owner != q.account.Actor && (o == nil || !slices.Contains(o.Media, id)) {
			return nil
		}
		return m
	}, err
}
