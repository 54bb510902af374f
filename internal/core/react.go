package core

import (
	"context"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

func (c *Core) react(ctx context.Context, cmd *allmende.React) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	o, keys, err := c.seen(ctx, w, cmd.Object)
	if err != nil {
		return nil, err
	}
	if o.State != allmende.Published {
		return nil, allmende.E(allmende.Invalid, "error.unpublished")
	}
	if !cmd.Off && keys.Apart(o.Owner) {
		return nil, allmende.E(allmende.Forbidden, "error.blocked")
	}
	switch cmd.Kind {
	case allmende.Like:
		if cmd.Emoji, err = emojiOf(cmd.Emoji); err != nil {
			return nil, err
		}
	case allmende.Bookmark:
	case allmende.Boost:
		boostable := o.Audience.Public() || o.Audience.Kind == allmende.AudLocal || o.Owner == cmd.As && o.Audience.Kind == allmende.AudFollowers
		if !cmd.Off && (!boostable || !keys.Allows(o.Policy.Boost, o)) {
			return nil, allmende.E(allmende.Forbidden, "error.boost_not_allowed")
		}
	default:
		return nil, allmende.Wrong("kind", "error.reaction")
	}
	whom, err := allmende.ParseAudience(string(cmd.Audience))
	if err != nil {
		return nil, err
	}
	if cmd.Kind == allmende.Boost && !cmd.Off && whom != o.Audience.Kind && whom != allmende.AudUnlisted && allmende.Narrower(whom, o.Audience.Kind) == whom {
		return nil, allmende.Wrong("audience", "error.boost_audience") // whoever may see the object sees that it was boosted
	}
	if cmd.Emoji != "" && cmd.Kind != allmende.Like {
		return nil, allmende.Wrong("emoji", "error.emoji_like")
	}
	x := allmende.Reaction{Actor: cmd.As, Object: o.ID, Kind: cmd.Kind, Emoji: cmd.Emoji, Audience: cmd.Audience}
	return func(ch *change) error {
		ch.result.Object, ch.record.Object = o.ID, o.ID
		if cmd.Off {
			return ch.takeBack(x, o)
		}
		return ch.addReaction(x, o)
	}, nil
}

// emojiOf is what a like says, written in one way; a heart says no more than
// the plain like.
func emojiOf(wish string) (string, error) {
	if wish == "" {
		return "", nil
	}
	emoji, ok := text.Emoji(wish)
	if !ok {
		return "", allmende.Wrong("emoji", "error.emoji")
	}
	if emoji == allmende.Heart {
		emoji = ""
	}
	return emoji, nil
}

// addReaction is idempotent: what is there stays, and nobody is told again.
// A like with another emoji takes the place of the one before.
func (ch *change) addReaction(x allmende.Reaction, o *allmende.Object) error {
	x.ID = ch.core.ids.New(ch.at)
	fresh, err := store.PutReaction(ch.ctx, ch, &x)
	if err != nil {
		return err
	}
	if !fresh {
		was, err := store.ReactionOf(ch.ctx, ch, x.Actor, x.Kind, x.Object)
		if err != nil || was == nil {
			return err
		}
		ch.result.Reaction = was.ID
		return ch.changeEmoji(was, x.Emoji)
	}
	ch.result.Reaction = x.ID
	if err := ch.countReaction(x, 1); err != nil {
		return err
	}
	if x.Kind == allmende.Boost {
		if err := ch.entry(allmende.Entry{Source: x.Actor, ID: x.ID, Object: x.Object, Boost: true, Kind: o.Kind}); err != nil {
			return err
		}
	}
	if x.Kind == allmende.Bookmark {
		return nil
	}
	return ch.notify(string(x.Kind)+":"+x.Actor.String()+":"+x.Object.String(), x.Object, x.Actor, string(x.Kind))
}

func (ch *change) changeEmoji(was *allmende.Reaction, emoji string) error {
	if was.Emoji == emoji {
		ch.quiet = true
		return nil
	}
	changed, err := store.SetEmoji(ch.ctx, ch, was, emoji)
	if err != nil || !changed {
		return err
	}
	ch.news.Stats = append(ch.news.Stats, was.Object)
	if err := store.CountEmoji(ch.ctx, ch, was.Object, was.Emoji, -1); err != nil {
		return err
	}
	return store.CountEmoji(ch.ctx, ch, was.Object, emoji, 1)
}

func (ch *change) takeBack(x allmende.Reaction, o *allmende.Object) error {
	was, err := store.DeleteReaction(ch.ctx, ch, x.Actor, x.Kind, x.Object)
	if err != nil || was == nil {
		ch.quiet = true
		return err
	}
	if err := ch.countReaction(*was, -1); err != nil {
		return err
	}
	if was.Kind == allmende.Boost {
		e := allmende.Entry{Source: x.Actor, ID: was.ID, Object: x.Object, Boost: true, Kind: o.Kind}
		ch.news.Dropped = append(ch.news.Dropped, e)
		if err := store.DeleteEntry(ch.ctx, ch, e.Source, e.ID); err != nil {
			return err
		}
	}
	if was.Kind == allmende.Bookmark {
		return nil
	}
	return ch.notify(string(x.Kind)+":"+x.Actor.String()+":"+x.Object.String(), x.Object, x.Actor, string(x.Kind))
}

func (ch *change) countReaction(x allmende.Reaction, n int) error {
	ch.news.Stats = append(ch.news.Stats, x.Object)
	var d allmende.Stat
	switch x.Kind {
	case allmende.Like:
		d.Likes = n
	case allmende.Boost:
		d.Boosts = n
	case allmende.Bookmark:
		d.Bookmarks = n
	}
	if err := store.CountEmoji(ch.ctx, ch, x.Object, x.Emoji, n); err != nil {
		return err
	}
	return store.CountObject(ch.ctx, ch, x.Object, d)
}

func (c *Core) followTag(ctx context.Context, cmd *allmende.FollowTag) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RolePublisher); err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(strings.TrimSpace(cmd.Tag), "#")
	tag := text.Fold(name)
	if tag == "" || len(name) > 100 || strings.ContainsAny(name, " \t\n#<>&/\"'") {
		return nil, allmende.Wrong("tag", "error.tag")
	}
	return func(ch *change) error {
		ch.news.Viewers = append(ch.news.Viewers, cmd.As)
		return store.SetTagFollow(ch.ctx, ch, cmd.As, tag, name, ch.core.ids.New(ch.at), !cmd.Off)
	}, nil
}

func (c *Core) muteThread(ctx context.Context, cmd *allmende.MuteThread) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RoleAnswerer)
	if err != nil {
		return nil, err
	}
	o, _, err := c.seen(ctx, w, cmd.Thread)
	if err != nil {
		return nil, err
	}
	return func(ch *change) error {
		ch.quiet, ch.result.Object = true, o.ID
		ch.news.Viewers = append(ch.news.Viewers, cmd.As)
		return store.SetThreadMute(ch.ctx, ch, cmd.As, o.Thread, !cmd.Off)
	}, nil
}

func (c *Core) markRead(ctx context.Context, cmd *allmende.MarkRead) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RoleAnalyst); err != nil {
		return nil, err
	}
	if cmd.List == "" || len(cmd.List) > 60 || cmd.Last <= 0 {
		return nil, allmende.Wrong("list", "error.marker")
	}
	return func(ch *change) error {
		ch.quiet = true
		ch.news.Unread = append(ch.news.Unread, cmd.As)
		return store.SetMarker(ch.ctx, ch, cmd.As, cmd.List, cmd.Last, ch.at)
	}, nil
}
