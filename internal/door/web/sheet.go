package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"allmende"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
)

// sheet builds the fields of one form. The labels are the messages
// "<family>.<field>" and, where there is one, "<family>.<field>_hint". When
// the form was refused, its fields show what was typed and what is wrong.
type sheet struct {
	q       *req
	family  string
	notes   ui.Notes
	refused bool
	parts   []templ.Component
}

// sheet begins a form; failure is why it was refused, nil when it is new.
func (q *req) sheet(family string, failure error) *sheet {
	return &sheet{q: q, family: family, notes: ui.NotesOf(q.lang, failure), refused: failure != nil}
}

func (s *sheet) label(name string) (label, hint string) {
	key := s.family + "." + name
	if lang.Has(key + "_hint") {
		hint = s.q.t(key + "_hint")
	}
	return s.q.t(key), hint
}

// field adds an input. Passwords are never sent back.
func (s *sheet) field(f ui.FieldView) *sheet {
	f.Label, f.Hint = s.words(f.Name, f.Label, f.Hint)
	f.Error = s.notes.For(f.Name)
	if s.refused && f.Type != "password" {
		f.Value = s.q.form.Text(f.Name)
	}
	return s.add(ui.Field(f))
}

// words are a field's own, or those of the messages.
func (s *sheet) words(name, ownLabel, ownHint string) (label, hint string) {
	if ownLabel != "" {
		return ownLabel, ownHint
	}
	if label, hint = s.label(name); ownHint != "" {
		hint = ownHint
	}
	return label, hint
}

// radios adds a choice of one among few.
func (s *sheet) radios(v ui.SelectView) *sheet { return s.add(ui.Radios(s.choice(v))) }

// list adds a choice from a list.
func (s *sheet) list(v ui.SelectView) *sheet { return s.add(ui.Select(s.choice(v))) }

func (s *sheet) choice(v ui.SelectView) ui.SelectView {
	v.Label, v.Hint = s.words(v.Name, v.Label, v.Hint)
	v.Error = s.notes.For(v.Name)
	if s.refused {
		v.Value = s.q.form.Line(v.Name)
	}
	return v
}

// check adds a box to tick.
func (s *sheet) check(v ui.CheckView) *sheet {
	v.Label, v.Hint = s.words(v.Name, v.Label, v.Hint)
	v.Error = s.notes.For(v.Name)
	if s.refused {
		v.On = s.q.form.Has(v.Name)
	}
	return s.add(ui.Check(v))
}

// picture adds a field for an image file.
func (s *sheet) picture(name string) *sheet {
	f := ui.FieldView{Name: name, Error: s.notes.For(name), Optional: true}
	f.Label, f.Hint = s.label(name)
	return s.add(ui.File(f, "image/*", false))
}

func (s *sheet) add(parts ...templ.Component) *sheet {
	s.parts = append(s.parts, parts...)
	return s
}

// form frames the fields. The button says "<family>.<submit>".
func (s *sheet) form(f ui.FormView, submit string) templ.Component {
	f.CSRF, f.Notes, f.Submit = s.q.csrf(), s.notes, s.q.t(s.family+"."+submit)
	return within(ui.Form(f), ui.Column(s.parts...))
}

// options are choices whose words are the messages "<family>.<name>_<value>"
// and, where there is one, the same with "_hint".
func (s *sheet) options(name string, values ...string) []ui.OptionView {
	return s.q.options(s.family+"."+name, values...)
}

func (q *req) options(key string, values ...string) []ui.OptionView {
	out := make([]ui.OptionView, len(values))
	for i, v := range values {
		word := v
		if word == "" {
			word = "none"
		}
		out[i] = ui.OptionView{Value: v, Text: q.t(key + "_" + word)}
		if lang.Has(key + "_" + word + "_hint") {
			out[i].Hint = q.t(key + "_" + word + "_hint")
		}
	}
	return out
}

// statusOf is the status of a page that shows a form: refused or new, or kept
// for later because the house cannot save anything now.
func statusOf(failure error) int {
	switch {
	case failure == nil:
		return http.StatusOK
	case allmende.KindOf(failure) == allmende.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// redrawn tells whether a refusal is shown within the form that caused it.
func redrawn(err error) bool {
	switch allmende.KindOf(err) {
	case allmende.Invalid, allmende.Conflict, allmende.Forbidden, allmende.TooLarge, allmende.TooMany, allmende.Unsupported,
		allmende.Unavailable: // a full disk must not cost anybody the text just written
		return true
	}
	return false
}

// gathered puts the complaints about a form's fields into one; a failure that
// is none of the fields comes alone. One complaint about a field is enough.
func gathered(failures ...error) error {
	var all allmende.Faults
	for _, err := range failures {
		if err == nil {
			continue
		}
		var e *allmende.Error
		if !errors.As(err, &e) || len(e.Fields) == 0 {
			return err
		}
		for _, field := range e.Fields {
			if !slices.ContainsFunc(all, func(f allmende.Field) bool { return f.Name != "" && f.Name == field.Name }) {
				all = append(all, field)
			}
		}
	}
	return all.Err()
}
