package web

import (
	"strconv"

	"allmende"
	"allmende/internal/door/web/ui"
)

// profileLines is how many lines of facts a profile offers.
const profileLines = 8

// profile is what others see of the acting actor (row R11).
func (w *Web) profile(q *req) error { return w.drawProfile(q, nil) }

func (w *Web) drawProfile(q *req, failure error) error {
	a, err := w.Read.Actor(q.Context(), q.viewer.Actor)
	if err != nil {
		return err
	}
	media, err := w.Read.Media(q.Context(), []allmende.ID{a.Avatar, a.Header})
	if err != nil {
		return err
	}
	face := q.actorView(a, media)
	s := q.sheet("settings", failure)
	s.add(ui.ActorLine(face, nil)).picture("avatar")
	if a.Avatar != 0 {
		s.check(ui.CheckView{Name: "avatar_off"})
	}
	s.picture("header")
	if a.Header != 0 {
		s.check(ui.CheckView{Name: "header_off"})
	}
	s.field(ui.FieldView{Name: "display_name", Value: a.DisplayName, Max: 60, Complete: "name"}).
		field(ui.FieldView{Name: "bio", Type: "textarea", Value: a.Bio, Max: 5000, Full: true})
	w.profileFields(s, a)
	s.check(ui.CheckView{Name: "locked", On: a.Locked}).check(ui.CheckView{Name: "bot", On: a.Bot}).check(ui.CheckView{Name: "discover", On: a.Discover})
	base := q.settingsBase("profile")
	form := ui.FormView{Action: "/settings/profile", Files: true, Cancel: a.Path()}
	return q.drawStatus(statusOf(failure), base, face, ui.Column(ui.PageHead(base.Title, q.t("settings.profile_of", "name", a.Label()), nil), s.form(form, "save")))
}

// profileFields are the lines of facts, a name and a value each: those there
// are and some more.
func (w *Web) profileFields(s *sheet, a *allmende.Actor) {
	s.add(ui.Soft(s.q.t("settings.fields_hint")))
	shown := min(max(4, len(a.Fields)+2), profileLines)
	for i := range profileLines {
		var f allmende.ProfileField
		if i < len(a.Fields) {
			f = a.Fields[i]
		}
		at, n := "fields."+strconv.Itoa(i), strconv.Itoa(i+1)
		if i >= shown && s.q.form.Line(at+".name")+s.q.form.Text(at+".value") == "" {
			continue
		}
		if note := s.notes.For(at); note != "" {
			s.add(ui.Hint("danger", note))
		}
		two := &sheet{q: s.q, family: s.family, notes: s.notes, refused: s.refused}
		two.field(ui.FieldView{Name: at + ".name", Label: s.q.t("settings.field_name", "n", n), Value: f.Name, Max: 100}).
			field(ui.FieldView{Name: at + ".value", Label: s.q.t("settings.field_value", "n", n), Value: f.Value, Max: 500})
		s.add(ui.Pair(two.parts[0], two.parts[1]))
	}
}

func (w *Web) postProfile(q *req) error {
	name, bio := q.form.Line("display_name"), q.form.Text("bio")
	locked, bot, discover := q.form.On("locked"), q.form.On("bot"), q.form.On("discover")
	cmd := &allmende.SetProfile{Act: q.by(), DisplayName: &name, Bio: &bio, Locked: &locked, Bot: &bot, Discover: &discover}
	fields := []allmende.ProfileField{}
	for i := range profileLines {
		at := "fields." + strconv.Itoa(i)
		fields = append(fields, allmende.ProfileField{Name: q.form.Line(at + ".name"), Value: q.form.Text(at + ".value")})
	}
	cmd.Fields = &fields
	var err error
	if cmd.Avatar, err = w.profilePicture(q, "avatar"); err == nil {
		cmd.Header, err = w.profilePicture(q, "header")
	}
	if err == nil {
		_, err = q.do(cmd)
	}
	if err != nil {
		if redrawn(err) {
			return w.drawProfile(q, err)
		}
		return err
	}
	return q.savedAt("/settings/profile")
}

// profilePicture stores an uploaded face or cover; nil: it stays as it is.
func (w *Web) profilePicture(q *req, field string) (*allmende.ID, error) {
	var id allmende.ID
	if q.form.On(field + "_off") {
		return &id, nil
	}
	files := q.form.Files[field]
	if len(files) == 0 || files[0].Size == 0 {
		return nil, nil
	}
	f, err := files[0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	id, err = w.Upload(q.Context(), q.viewer, files[0].Filename, f, "")
	if err != nil && redrawn(err) {
		return nil, besideField(err, field)
	}
	return &id, err
}

// besideField shows a refusal beside the field it is about.
func besideField(err error, field string) error {
	if e, ok := err.(*allmende.Error); ok {
		return &allmende.Error{Kind: e.Kind, Key: e.Key, Args: e.Args, Fields: []allmende.Field{{Name: field, Key: e.Key, Args: e.Args}}}
	}
	return err
}
