package mastodon

import (
	"encoding/json"
	"strconv"

	"allmende"
	"allmende/internal/wire/masto"
)

// rawMessage is JSON that is drawn already.
type rawMessage = json.RawMessage

// me draws the acting actor as its own people see it. The settings are the
// account's; asked counts who waits to follow.
func (d *Door) me(q *req) error {
	a, err := d.Read.Actor(q.Context(), q.viewer.Actor)
	if err != nil {
		return err
	}
	media, err := d.Read.Media(q.Context(), []allmende.ID{a.Avatar, a.Header})
	if err != nil {
		return err
	}
	waiting, _, err := d.Read.Requests(q.Context(), q.viewer, allmende.Span{Limit: 80})
	if err != nil {
		return err
	}
	c := masto.CredentialInput{Settings: q.account.Settings, Rank: q.account.Rank, Asked: len(waiting)}
	return q.bytes(d.site.AppendCredential(nil, masto.AccountInput{Actor: a, Avatar: media[a.Avatar], Header: media[a.Header]}, c))
}

// updateMe changes profile, pictures and the settings for new posts.
func (d *Door) updateMe(q *req) error {
	cmd := &allmende.SetProfile{Act: q.by(), DisplayName: q.text("display_name"), Bio: q.text("note"), Locked: q.flag("locked"),
		Bot: q.flag("bot"), Discover: q.flag("discoverable"), Fields: q.fields()}
	for name, where := range map[string]**allmende.ID{"avatar": &cmd.Avatar, "header": &cmd.Header} {
		id, err := q.picture(name)
		if err != nil {
			return err
		}
		*where = id
	}
	if _, err := q.do(cmd); err != nil {
		return err
	}
	if err := q.settings(); err != nil {
		return err
	}
	return d.me(q)
}

// picture uploads a file of the form; nil when none came.
func (q *req) picture(name string) (*allmende.ID, error) {
	files := q.form.Files[name]
	if len(files) == 0 || files[0].Size == 0 {
		return nil, nil
	}
	f, err := files[0].Open()
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	id, err := q.door.Upload(q.Context(), q.viewer, f, allmende.Upload{Via: "mastodon", Name: files[0].Filename})
	if err != nil {
		return nil, err
	}
	if err := q.waitFor(id, pictureWait); err != nil {
		return nil, err
	}
	return &id, nil
}

// dropPicture makes the handler that takes avatar or header away.
func dropPicture(header bool) handler {
	return func(q *req) error {
		none := allmende.ID(0)
		cmd := &allmende.SetProfile{Act: q.by(), Avatar: &none}
		if header {
			cmd.Avatar, cmd.Header = nil, &none
		}
		if _, err := q.do(cmd); err != nil {
			return err
		}
		return q.door.me(q)
	}
}

// fields reads the lines of facts: fields_attributes[0][name] …, in order.
func (q *req) fields() *[]allmende.ProfileField {
	var out []allmende.ProfileField
	came := false
	for i := range 20 {
		head := "fields_attributes[" + strconv.Itoa(i) + "]"
		if !q.form.Has(head + "[name]") {
			continue
		}
		came = true
		f := allmende.ProfileField{Name: q.form.Line(head + "[name]"), Value: q.form.Line(head + "[value]")}
		if f.Name != "" || f.Value != "" {
			out = append(out, f)
		}
	}
	if !came && !q.has("fields_attributes") {
		return nil
	}
	if out == nil {
		out = []allmende.ProfileField{}
	}
	return &out
}

// settings changes what new posts begin with: source[privacy] and so on.
func (q *req) settings() error {
	s := q.account.Settings
	var err error
	if word := q.form.Line("source[privacy]"); word != "" {
		kind, err := allmende.ParseAudience(word)
		if err != nil {
			return err
		}
		s.Audience = string(kind)
	}
	if on := q.flag("source[sensitive]"); on != nil {
		s.Sensitive = *on
	}
	if language := q.text("source[language]"); language != nil {
		s.PostLang = *language
	}
	if word := q.form.Line("source[quote_policy]"); word != "" {
		if s.QuotePolicy, err = masto.QuoteRule(word); err != nil {
			return err
		}
	}
	if s == q.account.Settings {
		return nil
	}
	if _, err := q.do(&allmende.SetAccount{Act: q.by(), Settings: &s}); err != nil {
		return err
	}
	q.account.Settings = s
	return nil
}

func (d *Door) preferences(q *req) error { return q.json(masto.DrawPreferences(q.account.Settings)) }
