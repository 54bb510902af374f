package core

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

func (c *Core) relate(ctx context.Context, cmd *allmende.Relate) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RolePublisher)
	if err != nil {
		return nil, err
	}
	if cmd.Target == cmd.As {
		return nil, allmende.E(allmende.Invalid, "error.self")
	}
	target, err := c.read.Actor(ctx, cmd.Target)
	if err != nil {
		return nil, err
	}
	if target.State != allmende.ActorActive && !cmd.Off || target.ID == allmende.Server {
		return nil, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	keys, err := c.read.Keys(ctx, w.viewer())
	if err != nil {
		return nil, err
	}
	switch cmd.Kind {
	case allmende.Follow:
		if !cmd.Off && keys.Apart(target.ID) {
			return nil, allmende.E(allmende.Forbidden, "error.blocked")
		}
		return func(ch *change) error { return ch.follow(cmd, target) }, nil
	case allmende.Block:
		return func(ch *change) error { return ch.block(cmd) }, nil
	case allmende.Mute:
		return func(ch *change) error { return ch.mute(cmd) }, nil
	}
	return nil, allmende.Wrong("kind", "error.relation")
}

func (ch *change) touches(actors ...allmende.ID) {
	ch.news.Viewers = append(ch.news.Viewers, actors...)
	ch.news.Actors = append(ch.news.Actors, actors...)
}

func (ch *change) follow(cmd *allmende.Relate, target *allmende.Actor) error {
	ch.record.Actor, ch.result.Actor = cmd.Target, cmd.Target
	ch.touches(cmd.As, cmd.Target)
	if cmd.Off {
		return ch.unfollow(cmd.As, cmd.Target)
	}
	was, err := store.RelationOf(ch.ctx, ch, cmd.As, allmende.Follow, cmd.Target)
	if err != nil {
		return err
	}
	x := allmende.Relation{ID: ch.core.ids.New(ch.at), Actor: cmd.As, Kind: allmende.Follow, Target: cmd.Target,
		State: allmende.Accepted, At: ch.at, Boosts: true}
	if target.Locked || !target.Local() {
		x.State = allmende.Asked
	}
	if was != nil {
		x.State, x.Boosts, x.Notify = was.State, was.Boosts, was.Notify
		ch.quiet = true
	}
	set(&x.Boosts, cmd.Boosts)
	set(&x.Notify, cmd.Notify)
	if err := store.PutRelation(ch.ctx, ch, &x); err != nil || was != nil {
		return err
	}
	if x.State == allmende.Accepted {
		if err := ch.countFollow(cmd.As, cmd.Target, 1); err != nil {
			return err
		}
	}
	return ch.notify("follow:"+cmd.As.String()+":"+cmd.Target.String(), 0, cmd.As, cmd.Target.String())
}

// unfollow ends a follow or takes back the asking; counters follow.
func (ch *change) unfollow(actor, target allmende.ID) error {
	was, err := store.DeleteRelation(ch.ctx, ch, actor, allmende.Follow, target)
	if err != nil || was == nil {
		ch.quiet = true
		return err
	}
	if was.State == allmende.Accepted {
		if err := ch.countFollow(actor, target, -1); err != nil {
			return err
		}
	}
	return ch.notify("follow:"+actor.String()+":"+target.String(), 0, actor, target.String())
}

func (ch *change) countFollow(actor, target allmende.ID, n int) error {
	if err := store.CountActors(ch.ctx, ch, actor, 0, 0, n, 0); err != nil {
		return err
	}
	return store.CountActors(ch.ctx, ch, target, 0, n, 0, 0)
}

// block ends follows in both directions; neither sees the other's lists from now on.
func (ch *change) block(cmd *allmende.Relate) error {
	ch.record.Actor, ch.result.Actor = cmd.Target, cmd.Target
	ch.touches(cmd.As, cmd.Target)
	if cmd.Off {
		was, err := store.DeleteRelation(ch.ctx, ch, cmd.As, allmende.Block, cmd.Target)
		ch.quiet = was == nil
		return err
	}
	for _, pair := range [][2]allmende.ID{{cmd.As, cmd.Target}, {cmd.Target, cmd.As}} {
		if err := ch.unfollow(pair[0], pair[1]); err != nil {
			return err
		}
	}
	ch.quiet = false
	return store.PutRelation(ch.ctx, ch, &allmende.Relation{ID: ch.core.ids.New(ch.at), Actor: cmd.As,
		Kind: allmende.Block, Target: cmd.Target, State: allmende.Accepted, At: ch.at})
}

func (ch *change) mute(cmd *allmende.Relate) error {
	ch.result.Actor, ch.quiet = cmd.Target, true // nobody else is to know
	ch.touches(cmd.As)
	if cmd.Off {
		_, err := store.DeleteRelation(ch.ctx, ch, cmd.As, allmende.Mute, cmd.Target)
		return err
	}
	x := allmende.Relation{ID: ch.core.ids.New(ch.at), Actor: cmd.As, Kind: allmende.Mute, Target: cmd.Target,
		State: allmende.Accepted, At: ch.at, Quiet: true, Expires: cmd.Expires}
	set(&x.Quiet, cmd.Quiet)
	return store.PutRelation(ch.ctx, ch, &x)
}

func (c *Core) answerFollow(ctx context.Context, cmd *allmende.AnswerFollow) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RolePublisher); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		ch.record.Actor, ch.result.Actor = cmd.Follower, cmd.Follower
		was, err := store.RelationOf(ch.ctx, ch, cmd.Follower, allmende.Follow, cmd.As)
		if err != nil {
			return err
		}
		if was == nil {
			return allmende.E(allmende.NotFound, "error.follow_not_found")
		}
		ch.touches(cmd.As, cmd.Follower)
		if !cmd.Yes {
			return ch.unfollow(cmd.Follower, cmd.As)
		}
		if was.State == allmende.Accepted {
			ch.quiet = true
			return nil
		}
		was.State = allmende.Accepted
		if err := store.PutRelation(ch.ctx, ch, was); err != nil {
			return err
		}
		if err := ch.countFollow(cmd.Follower, cmd.As, 1); err != nil {
			return err
		}
		return ch.notify("follow:"+cmd.Follower.String()+":"+cmd.As.String(), 0, cmd.Follower, cmd.As.String())
	}, nil
}
