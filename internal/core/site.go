package core

import (
	"context"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// legalNames and legalLangs are the texts a community owes its visitors.
var (
	legalNames = []string{"imprint", "privacy", "rules", "about", "accessibility"}
	legalLangs = []string{"de", "en"}
)

func (c *Core) setSite(ctx context.Context, cmd *allmende.SetSite) (step, error) {
	if _, err := c.staff(ctx, &cmd.Act, allmende.Admin); err != nil {
		return nil, err
	}
	s := cmd.Site
	s.Name, s.Tagline = oneLine(s.Name), oneLine(s.Tagline)
	s.Description, s.Contact = strings.TrimSpace(text.CleanSource(s.Description)), strings.TrimSpace(s.Contact)
	if err := checkSite(&s); err != nil {
		return nil, err
	}
	if s.ContactActor != 0 {
		a, err := c.read.Actor(ctx, s.ContactActor)
		if err != nil || !a.Local() || a.State != allmende.ActorActive {
			return nil, allmende.Wrong("contact_actor", "error.actor_not_found")
		}
	}
	return func(ch *change) error {
		was, err := store.SiteOf(ch.ctx, ch)
		if err != nil {
			return err
		}
		now := s
		now.Ready = now.Ready || was.Ready // set-up ends once
		if now == was {
			ch.quiet = true
			return nil
		}
		ch.news.Site = true
		if err := store.PutSite(ch.ctx, ch, now); err != nil || now.Name == was.Name {
			return err
		}
		return ch.nameServer(now.Name)
	}, nil
}

// nameServer calls the server's own actor as the community is called.
func (ch *change) nameServer(name string) error {
	a, err := ch.actorNow(allmende.Server)
	if err != nil {
		return err
	}
	a.DisplayName = name
	return ch.putActor(a)
}

func checkSite(s *allmende.Site) error {
	var f allmende.Faults
	if s.Name == "" {
		f.Add("name", "error.site_name")
	}
	for field, l := range map[string]struct {
		value string
		max   int
	}{"name": {s.Name, 60}, "tagline": {s.Tagline, 120}, "description": {s.Description, 2000}, "wiki_licence": {s.WikiLicence, 64}} {
		if len([]rune(l.value)) > l.max {
			f.Add(field, "error.field_long", "max", l.max)
		}
	}
	switch {
	case s.Contact == "":
		f.Add("contact", "error.contact_empty")
	case checkMail(s.Contact) != nil:
		f.Add("contact", "error.mail_shape")
	}
	if !slices.Contains([]string{"", "open", "approval", "invite", "closed"}, s.Registration) {
		f.Add("registration", "error.registration")
	}
	if !knownLang(s.Lang) {
		f.Add("lang", "error.lang")
	}
	return f.Err()
}

// setLegal saves a new version; older ones stay, so that people can read what
// they agreed to.
func (c *Core) setLegal(ctx context.Context, cmd *allmende.SetLegal) (step, error) {
	staff, err := c.staff(ctx, &cmd.Act, allmende.Admin)
	if err != nil {
		return nil, err
	}
	t := allmende.LegalText{Name: cmd.Name, Lang: cmd.Lang, Source: strings.TrimSpace(text.CleanSource(cmd.Source)), By: staff.ID}
	if !slices.Contains(legalNames, t.Name) || !slices.Contains(legalLangs, t.Lang) {
		return nil, allmende.Wrong("name", "error.legal_name")
	}
	if len(t.Source) > 200_000 {
		return nil, allmende.Wrong("source", "error.text_large", "max", 200_000)
	}
	doc, err := text.Render(text.Markdown, t.Source, text.Options{Heading: true, SoftBreaks: true})
	if err != nil {
		return nil, allmende.Wrong("source", "error.text_large", "max", text.MaxSource).Because(err)
	}
	t.HTML = doc.HTML
	return func(ch *change) error {
		t := t
		last, err := store.LegalVersions(ch.ctx, ch, t.Name, t.Lang, 1)
		if err != nil {
			return err
		}
		t.Version, t.At = 1, ch.at
		if len(last) > 0 {
			if last[0].Source == t.Source {
				ch.result.Revision, ch.quiet = last[0].Version, true
				return nil
			}
			t.Version = last[0].Version + 1
		}
		ch.record.Data, ch.result.Revision, ch.news.Site = t.Name, t.Version, true
		return store.InsertLegal(ch.ctx, ch, &t)
	}, nil
}
