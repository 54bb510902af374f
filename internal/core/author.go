package core

import (
	"context"
	"slices"

	"allmende"
	"allmende/internal/read"
	"allmende/internal/store"
)

// maxAuthors is how many may write one object together.
const maxAuthors = 20

// mayWriteAlong tells whether the holder of the keys may ask somebody to be
// co-author.
func mayWriteAlong(guest *allmende.Actor, keys *read.Keys) bool {
	return guest.Local() && guest.State == allmende.ActorActive && !keys.Apart(guest.ID) && guest.ID != allmende.Server
}

func (c *Core) inviteAuthor(ctx context.Context, cmd *allmende.InviteAuthor) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if !keys.IsAuthor(o) {
		return nil, allmende.E(allmende.Forbidden, "error.authors_only")
	}
	guest, err := c.read.Actor(ctx, cmd.Actor)
	if err != nil {
		return nil, err
	}
	if !cmd.Off && !mayWriteAlong(guest, keys) {
		return nil, allmende.Wrong("actor", "error.coauthor")
	}
	return func(ch *change) error {
		now, err := ch.fresh(o.ID)
		if err != nil {
			return err
		}
		ch.record.Object, ch.record.Actor, ch.result.Object = o.ID, cmd.Actor, o.ID
		if cmd.Off {
			return ch.uninvite(now, cmd.Actor)
		}
		return ch.inviteAuthor(now, cmd.Actor, len(now.Authors))
	}, nil
}

// inviteAuthor asks an actor to share the authorship; nothing is shown of it
// until they say yes.
func (ch *change) inviteAuthor(o *allmende.Object, guest allmende.ID, position int) error {
	authors, err := store.AuthorsOf(ch.ctx, ch, o.ID)
	if err != nil {
		return err
	}
	for _, a := range authors {
		if a.Actor == guest && a.State != allmende.AuthorDeclined {
			return nil
		}
	}
	if len(authors) >= maxAuthors {
		return allmende.Wrong("actor", "error.authors_many", "max", maxAuthors)
	}
	if err := store.SetAuthor(ch.ctx, ch, o.ID, guest, position, allmende.AuthorInvited, ch.at.UnixMilli()); err != nil {
		return err
	}
	ch.news.Viewers = append(ch.news.Viewers, guest)
	return ch.notify("invite:"+o.ID.String()+":"+guest.String(), o.ID, guest, "invite")
}

// uninvite withdraws an invitation; authors who said yes can only leave themselves.
func (ch *change) uninvite(o *allmende.Object, guest allmende.ID) error {
	if contains(o.Authors, guest) {
		return allmende.E(allmende.Forbidden, "error.author_stays")
	}
	if err := store.DeleteAuthor(ch.ctx, ch, o.ID, guest); err != nil {
		return err
	}
	ch.news.Viewers = append(ch.news.Viewers, guest)
	return ch.notify("invite:"+o.ID.String()+":"+guest.String(), o.ID, guest, "invite")
}

func (c *Core) answerInvite(ctx context.Context, cmd *allmende.AnswerInvite) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	keys, err := c.read.Keys(ctx, w.viewer())
	if err != nil {
		return nil, err
	}
	return func(ch *change) error {
		o, err := ch.fresh(cmd.Object)
		if err != nil {
			return err
		}
		authors, err := store.AuthorsOf(ch.ctx, ch, o.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(authors, func(a allmende.Coauthor) bool { return a.Actor == cmd.As })
		if at < 0 || authors[at].State == allmende.AuthorDeclined || cmd.Yes && (keys.Apart(o.Owner) || o.State == allmende.Deleted) {
			return allmende.E(allmende.NotFound, "error.object_not_found")
		}
		ch.record.Object, ch.record.Actor, ch.result.Object = o.ID, cmd.As, o.ID
		ch.news.Viewers = append(ch.news.Viewers, cmd.As)
		if cmd.Yes {
			return ch.joinAuthors(o, cmd.As, at)
		}
		return ch.leaveAuthors(o, cmd.As)
	}, nil
}

func (ch *change) joinAuthors(o *allmende.Object, actor allmende.ID, position int) error {
	if contains(o.Authors, actor) {
		ch.quiet = true
		return nil
	}
	if err := store.SetAuthor(ch.ctx, ch, o.ID, actor, position, allmende.AuthorAccepted, ch.at.UnixMilli()); err != nil {
		return err
	}
	o.Authors = append(o.Authors, actor)
	o.ChangedAt = ch.at
	if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
		return err
	}
	if o.State == allmende.Published {
		if err := ch.entry(allmende.Entry{Source: actor, ID: o.ID, Object: o.ID, Reply: o.ReplyTo != 0, Kind: o.Kind}); err != nil {
			return err
		}
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	return ch.notify("invite:"+o.ID.String()+":"+actor.String(), o.ID, actor, "invite")
}

// leaveAuthors: the owner's leaving makes the next author the owner.
func (ch *change) leaveAuthors(o *allmende.Object, actor allmende.ID) error {
	rest := slices.DeleteFunc(slices.Clone(o.Authors), func(id allmende.ID) bool { return id == actor })
	if contains(o.Authors, actor) && len(rest) == 0 {
		return allmende.E(allmende.Invalid, "error.last_author")
	}
	if err := store.SetAuthor(ch.ctx, ch, o.ID, actor, 0, allmende.AuthorDeclined, ch.at.UnixMilli()); err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, o.ID)
	if !contains(o.Authors, actor) {
		return ch.notify("invite:"+o.ID.String()+":"+actor.String(), o.ID, actor, "invite")
	}
	o.Authors = rest
	if o.Owner == actor {
		o.Owner = rest[0]
	}
	if err := store.DeleteEntry(ch.ctx, ch, actor, o.ID); err != nil {
		return err
	}
	ch.news.Dropped = append(ch.news.Dropped, allmende.Entry{Source: actor, ID: o.ID, Object: o.ID})
	return store.UpdateObject(ch.ctx, ch, o)
}
