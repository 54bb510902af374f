package store

import (
	"context"
	"strconv"
	"strings"

	"allmende"
	"allmende/internal/db"
)

const reactionColumns = `id, actor, object, kind, emoji, audience`

func scanReaction(r row) (allmende.Reaction, error) {
	var x allmende.Reaction
	err := r.Scan(&x.ID, &x.Actor, &x.Object, &x.Kind, &x.Emoji, &x.Audience)
	x.At = x.ID.Time()
	return x, err
}

// PutReaction adds a reaction; false when it was there already.
func PutReaction(ctx context.Context, q Q, x *allmende.Reaction) (bool, error) {
	return changed(q.Exec(ctx, `insert into reaction (actor, kind, object, id, emoji, audience) values ($1, $2, $3, $4, $5, $6)
		on conflict (actor, kind, object) do nothing`, int64(x.Actor), x.Kind, int64(x.Object), int64(x.ID), x.Emoji, x.Audience))
}

// SetEmoji changes what a reaction says; false when it changed meanwhile.
func SetEmoji(ctx context.Context, q Q, was *allmende.Reaction, emoji string) (bool, error) {
	return changed(q.Exec(ctx, `update reaction set emoji = $3 where id = $1 and emoji = $2`, int64(was.ID), was.Emoji, emoji))
}

// CountEmoji adds to the number of an object's likes that carry an emoji.
func CountEmoji(ctx context.Context, q Q, object allmende.ID, emoji string, n int) error {
	if emoji == "" {
		return nil
	}
	_, err := q.Exec(ctx, `insert into object_emoji (object, emoji, people) values ($1, $2, $3)
		on conflict (object, emoji) do update set people = object_emoji.people + excluded.people`, int64(object), emoji, n)
	if err == nil && n < 0 {
		_, err = q.Exec(ctx, `delete from object_emoji where object = $1 and emoji = $2 and people <= 0`, int64(object), emoji)
	}
	return err
}

// DeleteReaction takes a reaction back and tells which it was; nil when there was none.
func DeleteReaction(ctx context.Context, q Q, actor allmende.ID, kind allmende.ReactionKind, object allmende.ID) (*allmende.Reaction, error) {
	return first(collect(ctx, q, scanReaction, `delete from reaction where actor = $1 and kind = $2 and object = $3
		returning `+reactionColumns, int64(actor), kind, int64(object)))
}

// ReactionOf finds one actor's reaction; nil when there is none.
func ReactionOf(ctx context.Context, q Q, actor allmende.ID, kind allmende.ReactionKind, object allmende.ID) (*allmende.Reaction, error) {
	return first(collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction
		where actor = $1 and kind = $2 and object = $3`, int64(actor), kind, int64(object)))
}

// ReactionByID finds a reaction (a boost shown as an entry) by its id; nil when there is none.
func ReactionByID(ctx context.Context, q Q, id allmende.ID) (*allmende.Reaction, error) {
	return first(collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction where id = $1`, int64(id)))
}

// ReactionsBy lists what an actor did of one kind, newest first.
func ReactionsBy(ctx context.Context, q Q, actor allmende.ID, kind allmende.ReactionKind, max allmende.ID, limit int) ([]allmende.Reaction, error) {
	return collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction where actor = $1 and kind = $2 and id < $3
		order by id desc limit $4`, int64(actor), kind, below(max), limit)
}

// ReactionsTo lists who reacted to an object in one way, newest first.
func ReactionsTo(ctx context.Context, q Q, object allmende.ID, kind allmende.ReactionKind, max allmende.ID, limit int) ([]allmende.Reaction, error) {
	return collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction where object = $1 and kind = $2 and id < $3
		order by id desc limit $4`, int64(object), kind, below(max), limit)
}

// ReactionsOn lists an actor's reactions to many objects, for the page's overlay.
func ReactionsOn(ctx context.Context, q Q, actor allmende.ID, objects []allmende.ID) ([]allmende.Reaction, error) {
	var out []allmende.Reaction
	err := chunks(objects, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction
			where actor = $1 and object in (`+db.In(2, len(part))+`)`, args(part, int64(actor))...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// StatsOf loads the counters of many objects, for the page's overlay.
func StatsOf(ctx context.Context, q Q, objects []allmende.ID) (map[allmende.ID]allmende.Stat, error) {
	out := make(map[allmende.ID]allmende.Stat, len(objects))
	err := chunks(objects, func(part []allmende.ID) error {
		_, err := collect(ctx, q, func(r row) (allmende.ID, error) {
			var id allmende.ID
			var s allmende.Stat
			err := r.Scan(&id, &s.Replies, &s.Boosts, &s.Likes, &s.Quotes, &s.Bookmarks)
			out[id] = s
			return id, err
		}, `select object, replies, boosts, likes, quotes, bookmarks from object_stat
			where object in (`+db.In(1, len(part))+`)`, args(part)...)
		return err
	})
	if err == nil {
		err = emojiOf(ctx, q, out)
	}
	return out, err
}

// emojiShown is how many different emoji of an object are told.
const emojiShown = 12

// emojiOf adds to the counters of objects with likes what those say.
func emojiOf(ctx context.Context, q Q, stats map[allmende.ID]allmende.Stat) error {
	var liked []allmende.ID
	for id, s := range stats {
		if s.Likes > 0 {
			liked = append(liked, id)
		}
	}
	return chunks(liked, func(part []allmende.ID) error {
		_, err := collect(ctx, q, func(r row) (allmende.ID, error) {
			var id allmende.ID
			var emoji string
			var n int
			err := r.Scan(&id, &emoji, &n)
			s := stats[id]
			s.Emoji = strings.TrimPrefix(s.Emoji+" "+emoji+" "+strconv.Itoa(n), " ")
			stats[id] = s
			return id, err
		}, `select object, emoji, people from (select object, emoji, people,
			row_number() over (partition by object order by people desc, emoji) as place
			from object_emoji where object in (`+db.In(2, len(part))+`)) x where place <= $1 order by object, place`, args(part, int64(emojiShown))...)
		return err
	})
}

// EmojiOf tells what the likes of some actors to some objects say, the plain
// ones left out.
func EmojiOf(ctx context.Context, q Q, actors, objects []allmende.ID) ([]allmende.Reaction, error) {
	var out []allmende.Reaction
	err := chunks(objects, func(part []allmende.ID) error {
		list := args(part)
		for _, a := range actors {
			list = append(list, int64(a))
		}
		got, err := collect(ctx, q, scanReaction, `select `+reactionColumns+` from reaction where kind = 'like' and emoji <> ''
			and object in (`+db.In(1, len(part))+`) and actor in (`+db.In(1+len(part), len(actors))+`)`, list...)
		out = append(out, got...)
		return err
	})
	return out, err
}

// SetThreadMute stops notices of a conversation for an actor, or starts them again.
func SetThreadMute(ctx context.Context, q Q, actor, thread allmende.ID, on bool) error {
	query := `delete from thread_mute where actor = $1 and thread = $2`
	if on {
		query = `insert into thread_mute (actor, thread) values ($1, $2) on conflict do nothing`
	}
	_, err := q.Exec(ctx, query, int64(actor), int64(thread))
	return err
}

// ThreadMutes lists the conversations an actor muted, the newest first.
func ThreadMutes(ctx context.Context, q Q, actor allmende.ID) ([]allmende.ID, error) {
	return collect(ctx, q, scanID, `select thread from thread_mute where actor = $1 order by thread desc limit 10000`, int64(actor))
}

// MutedThreads tells which of the conversations an actor muted.
func MutedThreads(ctx context.Context, q Q, actor allmende.ID, threads []allmende.ID) (map[allmende.ID]bool, error) {
	out := map[allmende.ID]bool{}
	err := chunks(threads, func(part []allmende.ID) error {
		got, err := collect(ctx, q, scanID, `select thread from thread_mute where actor = $1 and thread in (`+db.In(2, len(part))+`)`,
			args(part, int64(actor))...)
		for _, id := range got {
			out[id] = true
		}
		return err
	})
	return out, err
}
