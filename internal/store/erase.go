package store

import (
	"context"

	"allmende"
)

// EraseAccount removes everything that hangs on an account: keys, sessions,
// apps' tokens, codes, roles and invitations.
func EraseAccount(ctx context.Context, q Q, account allmende.ID) error {
	for _, query := range []string{
		`update account set password = '', seen_at = 0 where id = $1`,
		`delete from session where account = $1`,
		`delete from token where account = $1`,
		`delete from grant_code where account = $1`,
		`delete from passkey where account = $1`,
		`delete from second_factor where account = $1`,
		`delete from mail_code where account = $1`,
		`delete from role where account = $1`,
		`delete from invite where by_account = $1`,
	} {
		if _, err := q.Exec(ctx, query, int64(account)); err != nil {
			return err
		}
	}
	return nil
}

// EraseRelations removes all relations from and to an actor, mends the
// counters of the others, and tells who they are.
func EraseRelations(ctx context.Context, q Q, actor allmende.ID) ([]allmende.ID, error) {
	for _, query := range []string{
		`update actor_stat set followers = followers - 1 where actor in (select target from relation
			where actor = $1 and kind = 'follow' and state = 'accepted')`,
		`update actor_stat set following = following - 1 where actor in (select actor from relation
			where target = $1 and kind = 'follow' and state = 'accepted')`,
		`update actor_stat set followers = 0, following = 0 where actor = $1`,
	} {
		if _, err := q.Exec(ctx, query, int64(actor)); err != nil {
			return nil, err
		}
	}
	targets, err := collect(ctx, q, scanID, `delete from relation where actor = $1 returning target`, int64(actor))
	if err != nil {
		return nil, err
	}
	followers, err := collect(ctx, q, scanID, `delete from relation where target = $1 returning actor`, int64(actor))
	return append(targets, followers...), err
}

// EraseReactions removes an actor's likes, boosts and bookmarks, mends the
// counters, and tells which objects those were.
func EraseReactions(ctx context.Context, q Q, actor allmende.ID) ([]allmende.ID, error) {
	for _, query := range []string{
		`update object_stat set likes = likes - 1 where object in (select object from reaction where actor = $1 and kind = 'like')`,
		`update object_stat set boosts = boosts - 1 where object in (select object from reaction where actor = $1 and kind = 'boost')`,
		`update object_stat set bookmarks = bookmarks - 1 where object in (select object from reaction where actor = $1 and kind = 'bookmark')`,
		`update object_emoji set people = people - 1 where (object, emoji) in (select object, emoji from reaction
			where actor = $1 and kind = 'like' and emoji <> '')`,
		`delete from object_emoji where people <= 0 and object in (select object from reaction where actor = $1 and kind = 'like' and emoji <> '')`,
		`delete from entry where source = $1 and boost`,
	} {
		if _, err := q.Exec(ctx, query, int64(actor)); err != nil {
			return nil, err
		}
	}
	return collect(ctx, q, scanID, `delete from reaction where actor = $1 returning object`, int64(actor))
}

// EraseTraces removes what else is kept of an actor: what it was told, how far
// it read, what it did. Notices that others got of it go with their retention.
func EraseTraces(ctx context.Context, q Q, actor allmende.ID) error {
	for _, query := range []string{
		`delete from notification where recipient = $1`,
		`delete from marker where actor = $1`,
		`delete from tag_follow where actor = $1`,
		`delete from thread_mute where actor = $1`,
		`delete from idempotency where actor = $1`,
		`delete from activity where as_actor = $1`,
		`delete from media where owner = $1 and attached_at = 0`,
	} {
		if _, err := q.Exec(ctx, query, int64(actor)); err != nil {
			return err
		}
	}
	return nil
}

// ObjectsBy lists objects of which an actor is an author, wiki pages left out.
func ObjectsBy(ctx context.Context, q Q, actor allmende.ID, limit int) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select o.id from object_author a join object o on o.id = a.object
		where a.actor = $1 and a.state <> 'declined' and o.section <> 'wiki' order by o.id limit $2`, int64(actor), limit)
}

// EraseObject removes everything that hangs on a deleted object: its history,
// addresses, tags, links, reactions, and what people were told of it.
func EraseObject(ctx context.Context, q Q, object allmende.ID) error {
	for _, query := range []string{
		`delete from revision where object = $1`,
		`delete from address where object = $1`,
		`delete from object_tag where object = $1`,
		`delete from object_link where object = $1`,
		`delete from object_figure where object = $1`,
		`delete from reaction where object = $1`,
		`delete from object_emoji where object = $1`,
		`delete from notification where object = $1`,
		`update object_stat set replies = 0, boosts = 0, likes = 0, quotes = 0, bookmarks = 0 where object = $1`,
	} {
		if _, err := q.Exec(ctx, query, int64(object)); err != nil {
			return err
		}
	}
	return nil
}

// CountAdmins counts the active admins.
func CountAdmins(ctx context.Context, q Q) (int, error) {
	var n int
	err := q.QueryRow(ctx, `select count(*) from account where rank = 'admin' and state = 'active'`).Scan(&n)
	return n, err
}

// Dropped is a line that left a stream.
type Dropped struct{ Source, Object allmende.ID }

// DeleteServerEntries takes an owner's objects from the streams of the server
// and of tags, whose numbers are negative.
func DeleteServerEntries(ctx context.Context, q Q, owner allmende.ID) ([]Dropped, error) {
	return collect(ctx, q, func(r row) (Dropped, error) {
		var d Dropped
		return d, r.Scan(&d.Source, &d.Object)
	}, `delete from entry where source < 0 and object in (select a.object from object_author a
		join object o on o.id = a.object where a.actor = $1 and o.owner = $1) returning source, object`, int64(owner))
}
