package core

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// How much fits on a profile.
const (
	maxDisplayName = 60
	maxBio         = 5000
	maxFields      = 8
	maxFieldName   = 100
	maxFieldValue  = 500
	maxActors      = 20 // organisations, groups and services of one account
)

// profile is a SetProfile made ready outside the transaction.
type profile struct {
	cmd     *allmende.SetProfile
	bio     string
	bioHTML string
	fields  []allmende.ProfileField
}

func (c *Core) setProfile(ctx context.Context, cmd *allmende.SetProfile) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	p := profile{cmd: cmd}
	if err := c.checkProfile(ctx, w, &p); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		a, err := ch.actorNow(cmd.As)
		if err != nil {
			return err
		}
		ch.record.Actor, ch.result.Actor = a.ID, a.ID
		if cmd.DisplayName != nil {
			a.DisplayName = oneLine(*cmd.DisplayName)
		}
		if cmd.Bio != nil {
			a.Bio, a.BioHTML = p.bio, p.bioHTML
		}
		if cmd.Fields != nil {
			a.Fields = slices.Clone(p.fields)
		}
		if err := ch.picture(&a.Avatar, cmd.Avatar); err != nil {
			return err
		}
		if err := ch.picture(&a.Header, cmd.Header); err != nil {
			return err
		}
		set(&a.Locked, cmd.Locked)
		set(&a.Bot, cmd.Bot)
		set(&a.Discover, cmd.Discover)
		return ch.putActor(a)
	}, nil
}

// checkProfile renders what is Markdown and lists all faults at once.
func (c *Core) checkProfile(ctx context.Context, w who, p *profile) error {
	var f allmende.Faults
	cmd := p.cmd
	if cmd.DisplayName != nil && len([]rune(oneLine(*cmd.DisplayName))) > maxDisplayName {
		f.Add("display_name", "error.display_name_long", "max", maxDisplayName)
	}
	if cmd.Bio != nil {
		p.bio = strings.TrimSpace(text.CleanSource(*cmd.Bio))
		if len([]rune(p.bio)) > maxBio {
			f.Add("bio", "error.bio_long", "max", maxBio)
		} else {
			gather(&f, c.renderInto(ctx, "bio", &p.bioHTML, p.bio))
		}
	}
	if cmd.Fields != nil {
		c.checkFields(ctx, p, &f)
	}
	for name, id := range map[string]*allmende.ID{"avatar": cmd.Avatar, "header": cmd.Header} {
		if id != nil && *id != 0 {
			gather(&f, c.checkPicture(ctx, w, name, *id))
		}
	}
	return f.Err()
}

// checkFields keeps the lines that say something.
func (c *Core) checkFields(ctx context.Context, p *profile, f *allmende.Faults) {
	for i, line := range *p.cmd.Fields {
		at := "fields." + strconv.Itoa(i)
		line.Name, line.Value = oneLine(line.Name), strings.TrimSpace(text.CleanSource(line.Value))
		if line.Name == "" && line.Value == "" {
			continue
		}
		if len([]rune(line.Name)) > maxFieldName || len([]rune(line.Value)) > maxFieldValue {
			f.Add(at, "error.field_long", "max", maxFieldValue)
			continue
		}
		gather(f, c.renderInto(ctx, at, &line.HTML, line.Value))
		p.fields = append(p.fields, line)
	}
	if len(p.fields) > maxFields {
		f.Add("fields", "error.fields_many", "max", maxFields)
	}
}

// renderInto makes the sanitised HTML of a short text about somebody.
func (c *Core) renderInto(ctx context.Context, field string, html *string, source string) error {
	known := map[string]*allmende.Actor{}
	doc, err := text.Render(text.Markdown, source, text.Options{ResolveMention: func(handle string) (string, bool) {
		a := c.mention(ctx, handle, known)
		if a == nil {
			return "", false
		}
		return a.Path(), true
	}})
	if err != nil {
		return allmende.Wrong(field, "error.text_large", "max", text.MaxSource).Because(err)
	}
	*html = doc.HTML
	return nil
}

func (c *Core) checkPicture(ctx context.Context, w who, field string, id allmende.ID) error {
	got, err := c.ownMedia(ctx, w, []allmende.ID{id})
	if err != nil || got[0].Kind != "image" {
		return allmende.Wrong(field, "error.picture")
	}
	return nil
}

// picture makes a medium the avatar or header: everyone may see it from now on.
func (ch *change) picture(where, id *allmende.ID) error {
	if id == nil || *where == *id {
		return nil
	}
	*where = *id
	if *id == 0 {
		return nil
	}
	m, err := ch.medium(*id)
	if err != nil {
		return err
	}
	m.Public, m.AttachedAt = true, ch.at
	ch.news.Media = append(ch.news.Media, m.ID)
	if err := store.UpdateMedia(ch.ctx, ch, m); err != nil {
		return err
	}
	return ch.makeVariants(m)
}

func (c *Core) newActor(ctx context.Context, cmd *allmende.NewActor) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RoleOwner)
	if err != nil {
		return nil, err
	}
	if w.account == nil || w.account.Actor != cmd.As {
		return nil, allmende.E(allmende.Forbidden, "error.person_only")
	}
	a := allmende.Actor{Kind: cmd.Kind, Name: strings.ToLower(strings.TrimSpace(cmd.Name)), DisplayName: oneLine(cmd.DisplayName),
		Bio: strings.TrimSpace(text.CleanSource(cmd.Bio)), Discover: true, State: allmende.ActorActive}
	if err := c.checkActor(ctx, &a); err != nil {
		return nil, err
	}
	return func(ch *change) error { return ch.putNewActor(a) }, nil
}

func (c *Core) checkActor(ctx context.Context, a *allmende.Actor) error {
	var f allmende.Faults
	switch a.Kind {
	case allmende.Organization, allmende.Group:
	case allmende.Service:
		a.Bot = true
	default:
		f.Add("kind", "error.actor_kind")
	}
	gather(&f, allmende.CheckName(a.Name))
	if len([]rune(a.DisplayName)) > maxDisplayName {
		f.Add("display_name", "error.display_name_long", "max", maxDisplayName)
	}
	if len([]rune(a.Bio)) > maxBio {
		f.Add("bio", "error.bio_long", "max", maxBio)
	} else {
		gather(&f, c.renderInto(ctx, "bio", &a.BioHTML, a.Bio))
	}
	return f.Err()
}

func (ch *change) putNewActor(a allmende.Actor) error {
	if err := ch.nameFree(a.Name); err != nil {
		return err
	}
	roles, err := store.RolesOf(ch.ctx, ch, ch.act.By)
	if err != nil {
		return err
	}
	if len(roles) >= maxActors {
		return allmende.E(allmende.Invalid, "error.actors_many", "max", maxActors)
	}
	a.ID, a.CreatedAt, a.ChangedAt = ch.core.ids.New(ch.at), ch.at, ch.at
	if err := store.InsertActor(ch.ctx, ch, &a, "", searchKey(&a)); err != nil {
		return err
	}
	ch.record.Actor, ch.result.Actor = a.ID, a.ID
	ch.news.Accounts = append(ch.news.Accounts, ch.act.By)
	ch.touches(a.ID)
	return store.SetRole(ch.ctx, ch, ch.act.By, a.ID, allmende.RoleOwner, ch.at)
}

// setRole: owners give and take roles; everybody may give up their own. There
// is always an owner.
func (c *Core) setRole(ctx context.Context, cmd *allmende.SetRole) (step, error) {
	actor, err := c.read.Actor(ctx, cmd.Actor)
	if err != nil {
		return nil, err
	}
	if !actor.Local() || actor.Kind == allmende.Person || actor.Kind == allmende.Application {
		return nil, allmende.Wrong("actor", "error.actor_kind")
	}
	if err := c.mayGiveRoles(ctx, cmd); err != nil {
		return nil, err
	}
	role := cmd.Role
	if cmd.Off {
		role = ""
	} else if !role.May(allmende.RoleAnalyst) {
		return nil, allmende.Wrong("role", "error.role_unknown")
	}
	return func(ch *change) error { return ch.putRole(cmd, role) }, nil
}

func (c *Core) mayGiveRoles(ctx context.Context, cmd *allmende.SetRole) error {
	if trusted(&cmd.Act) {
		return nil
	}
	a, err := c.self(ctx, &cmd.Act)
	if err != nil {
		return err
	}
	if err := a.MayAct(); err != nil {
		return err
	}
	own, err := store.RoleOf(ctx, c.db.Read(), a.ID, cmd.Actor)
	if err != nil {
		return err
	}
	if own == allmende.RoleOwner || own != "" && cmd.Off && cmd.Member == a.Actor {
		return nil
	}
	return allmende.E(allmende.Forbidden, "error.role", "need", string(allmende.RoleOwner))
}

func (ch *change) putRole(cmd *allmende.SetRole, role allmende.Role) error {
	member, err := store.AccountByActor(ch.ctx, ch, cmd.Member)
	if errors.Is(err, sql.ErrNoRows) || err == nil && role != "" && member.MayAct() != nil {
		return allmende.Wrong("member", "error.member_unknown")
	}
	if err != nil {
		return err
	}
	was, err := store.RoleOf(ch.ctx, ch, member.ID, cmd.Actor)
	if err != nil {
		return err
	}
	ch.record.Actor, ch.record.Data, ch.result.Actor = cmd.Member, string(role), cmd.Actor
	if was == role {
		ch.quiet = true
		return nil
	}
	if was == allmende.RoleOwner {
		if err := ch.otherOwner(cmd.Actor, member.ID); err != nil {
			return err
		}
	}
	ch.news.Accounts = append(ch.news.Accounts, member.ID)
	ch.news.Viewers = append(ch.news.Viewers, member.Actor, cmd.Actor)
	if err := ch.notify("role:"+cmd.Actor.String()+":"+cmd.Member.String(), 0, ch.act.As, ""); err != nil {
		return err
	}
	return store.SetRole(ch.ctx, ch, member.ID, cmd.Actor, role, ch.at)
}
