package importer

import (
	"errors"
	"io/fs"
	"strings"
	"time"

	"allmende"
	"allmende/internal/wire/archive"
)

// here finds who of some people, by full names, is known on this server.
func (r *reading) here(handles []string) []allmende.ID {
	var out []allmende.ID
	for _, handle := range handles {
		if a := r.actor(handle); a != nil {
			out = append(out, a.ID)
		}
	}
	return out
}

// actor is a known actor by full name; nil when nobody is. The archive's own
// actor is whoever imports it.
func (r *reading) actor(handle string) *allmende.Actor {
	if strings.EqualFold(handle, r.head.Actor.Handle) {
		a, err := r.Read.Actor(r.ctx, r.job.As.Actor)
		if err != nil {
			return nil
		}
		return a
	}
	a, err := r.Read.ActorByHandle(r.ctx, handle, r.AccountDomain)
	if err != nil {
		return nil
	}
	return a
}

// relations follows, blocks and mutes again whom this server knows. People who
// follow must do so themselves.
func (r *reading) relations() error {
	var all archive.Relations
	err := readJSON(r.zip, archive.RelationsFile, &all)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return r.stumble(archive.RelationsFile, err)
	}
	for _, l := range []struct {
		what    string
		kind    allmende.RelationKind
		handles []string
	}{{"following", allmende.Follow, all.Following}, {"blocking", allmende.Block, all.Blocking}, {"muting", allmende.Mute, all.Muting}} {
		for _, handle := range l.handles {
			if err := r.relate(l.what, l.kind, handle); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reading) relate(what string, kind allmende.RelationKind, handle string) error {
	a := r.actor(handle)
	switch {
	case a == nil:
		return r.stumble("@"+handle, allmende.E(allmende.NotFound, "cli.import_stranger"))
	case a.ID == r.job.As.Actor:
		return nil
	}
	ties, err := r.Read.Relationships(r.ctx, r.job.As, []allmende.ID{a.ID})
	if err != nil {
		return err
	}
	t := ties[a.ID]
	if kind == allmende.Follow && (t.Following || t.Asked) || kind == allmende.Block && t.Blocking || kind == allmende.Mute && t.Muting {
		return nil
	}
	r.report.made(what)
	if r.job.Dry {
		return nil
	}
	act := r.act(time.Time{})
	act.Quiet = false // who is followed by somebody new may know it
	if _, err := r.Core.Do(r.ctx, &allmende.Relate{Act: act, Kind: kind, Target: a.ID}); err != nil {
		return r.stumble("@"+handle, err)
	}
	return nil
}

// reactions likes and saves again what is here; the rest is elsewhere.
func (r *reading) reactions() error {
	var all archive.Reactions
	err := readJSON(r.zip, archive.ReactionsFile, &all)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return r.stumble(archive.ReactionsFile, err)
	}
	for _, l := range []struct {
		what      string
		kind      allmende.ReactionKind
		addresses []string
		emoji     map[string]string
	}{{"likes", allmende.Like, all.Likes, all.Emoji}, {"bookmarks", allmende.Bookmark, all.Bookmarks, nil}} {
		for _, address := range l.addresses {
			id := r.localID(address)
			if id == 0 {
				continue
			}
			if r.job.Dry {
				r.report.made(l.what)
				continue
			}
			if _, err := r.Core.Do(r.ctx, &allmende.React{Act: r.act(time.Time{}), Object: id, Kind: l.kind, Emoji: l.emoji[address]}); err != nil {
				if err := r.stumble(address, err); err != nil {
					return err
				}
				continue
			}
			r.report.made(l.what)
		}
	}
	return nil
}
