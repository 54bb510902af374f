package core

import (
	"database/sql"
	"errors"

	"allmende"
	"allmende/internal/store"
)

// erasePart is how many objects one transaction of eraseRest takes away, so
// that others need not wait for somebody with a long history.
const erasePart = 50

// deleteActor takes an actor of this server away for good, and the account if
// it is its person.
func (ch *change) deleteActor(a *allmende.Actor) error {
	account, err := store.AccountByActor(ch.ctx, ch, a.ID)
	switch {
	case err == nil && lives(&account):
		if err := ch.eraseAccount(&account); err != nil {
			return err
		}
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	}
	members, err := store.RolesIn(ch.ctx, ch, a.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		ch.news.Accounts = append(ch.news.Accounts, m.Account)
		if err := store.SetRole(ch.ctx, ch, m.Account, a.ID, "", ch.at); err != nil {
			return err
		}
	}
	return ch.goneActor(a)
}

// eraseAccount forgets everything the house knows of an account; the row stays
// for what points to it.
func (ch *change) eraseAccount(a *allmende.Account) error {
	a.State, a.DeletedAt, a.Confirmed, a.Rank = allmende.AccountDeleted, ch.at, false, allmende.Member
	a.Email, a.EmailNew, a.Reason, a.Lang, a.Theme = "", "", "", "", ""
	a.Settings = allmende.AccountSettings{}
	ch.news.Accounts = append(ch.news.Accounts, a.ID)
	if err := store.UpdateAccount(ch.ctx, ch, a, "deleted "+allmende.Secret(16)); err != nil {
		return err
	}
	return store.EraseAccount(ch.ctx, ch, a.ID)
}

// goneActor takes an actor, from here or elsewhere, out of sight at once:
// nothing of it is shown any more but the pages of the wiki, whose history
// says "former member". Its relations, reactions and profile are erased here,
// its objects one part after the other by the erasing outlet. The name stays
// taken.
func (ch *change) goneActor(a *allmende.Actor) error {
	if a.State == allmende.ActorDeleted {
		return nil
	}
	for _, id := range []allmende.ID{a.Avatar, a.Header} {
		if id != 0 {
			ch.news.Media = append(ch.news.Media, id)
			if err := store.DeleteMedia(ch.ctx, ch, id); err != nil {
				return err
			}
		}
	}
	a.State, a.Limited, a.Discover = allmende.ActorDeleted, false, false
	a.DisplayName, a.Bio, a.BioHTML, a.Fields, a.Avatar, a.Header = "", "", "", nil, 0, 0
	if err := ch.putActor(a); err != nil {
		return err
	}
	others, err := store.EraseRelations(ch.ctx, ch, a.ID)
	if err != nil {
		return err
	}
	ch.touches(others...)
	objects, err := store.EraseReactions(ch.ctx, ch, a.ID)
	if err != nil {
		return err
	}
	ch.news.Stats = append(ch.news.Stats, objects...)
	if err := store.EraseTraces(ch.ctx, ch, a.ID); err != nil {
		return err
	}
	return ch.job("erase", "actor:"+a.ID.String(), 0, a.ID, "actor", 0)
}

// eraseRest buries the next objects of an actor that has gone, and queues
// itself again while there are more. What others wrote with it stays theirs.
func (ch *change) eraseRest(actor allmende.ID) error {
	ids, err := store.ObjectsBy(ch.ctx, ch, actor, erasePart)
	if err != nil {
		return err
	}
	for _, id := range ids {
		o, err := ch.fresh(id)
		if err != nil {
			return err
		}
		if err := ch.loseAuthor(o, actor); err != nil {
			return err
		}
	}
	if len(ids) < erasePart {
		return nil
	}
	return ch.job("erase", "actor:"+actor.String(), 0, actor, "actor", 0)
}

// loseAuthor is what happens to an object when one of its authors has gone.
func (ch *change) loseAuthor(o *allmende.Object, actor allmende.ID) error {
	for _, other := range o.Authors {
		if other != actor {
			return ch.leaveAuthors(o, actor)
		}
	}
	if o.Owner == actor {
		if err := ch.bury(o); err != nil {
			return err
		}
		ch.quiet = true
	}
	return store.SetAuthor(ch.ctx, ch, o.ID, actor, 0, allmende.AuthorDeclined, ch.at.UnixMilli())
}

// eraseObject is the second half of a deletion, by the erasing outlet after the
// grace time: texts, history, reactions and files go for good; the tombstone
// stays. What was brought back, or deleted only lately, is left alone.
func (c *Core) eraseObject(cmd *allmende.Delete) (step, error) {
	if !trusted(&cmd.Act) {
		return nil, allmende.E(allmende.Forbidden, "error.not_yours")
	}
	return func(ch *change) error {
		ch.quiet = true
		o, err := ch.fresh(cmd.Object)
		if err != nil {
			return err
		}
		if o.State != allmende.Deleted || ch.at.Sub(o.DeletedAt) < eraseAfter {
			return nil
		}
		media, err := store.RevisionMedia(ch.ctx, ch, o.ID)
		if err != nil {
			return err
		}
		media = sortedIDs(append(media, o.Media...))
		o.Title, o.Summary, o.Source, o.HTML, o.Slug, o.Preview, o.URL = "", "", "", "", "", "", ""
		o.Tags, o.Mentions, o.Media = nil, nil, nil
		if err := store.UpdateObject(ch.ctx, ch, o); err != nil {
			return err
		}
		ch.news.Objects = append(ch.news.Objects, o.ID)
		if err := store.EraseObject(ch.ctx, ch, o.ID); err != nil {
			return err
		}
		return ch.eraseMedia(media)
	}, nil
}

// eraseMedia removes media that nothing shows any more; their files go with the
// next sweep.
func (ch *change) eraseMedia(ids []allmende.ID) error {
	media, err := ch.media(ids)
	if err != nil {
		return err
	}
	for _, m := range media {
		users, err := store.ObjectsWithMedia(ch.ctx, ch, m.Owner, m.ID)
		if err != nil {
			return err
		}
		owner, err := ch.actorNow(m.Owner)
		if err != nil {
			return err
		}
		if len(users) > 0 || owner.Avatar == m.ID || owner.Header == m.ID {
			continue
		}
		ch.news.Media = append(ch.news.Media, m.ID)
		if err := store.DeleteMedia(ch.ctx, ch, m.ID); err != nil {
			return err
		}
	}
	return nil
}
