// Package read answers what a viewer may see, page by page. Rule is the one
// visibility rule; every list and page passes it.
package read

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/store"
)

// Keys are what decides a viewer's sight: loaded once, cached until a relation
// of theirs changes.
type Keys struct {
	Viewer    allmende.Viewer
	Local     bool
	Following map[allmende.ID]allmende.Relation // accepted
	Asked     map[allmende.ID]bool
	Blocks    map[allmende.ID]bool
	BlockedBy map[allmende.ID]bool
	Mutes     map[allmende.ID]allmende.Relation
	Tags      map[string]string    // followed, folded → as written
	Threads   map[allmende.ID]bool // conversations without notices
	Invited   map[allmende.ID]bool // objects that the viewer is asked to write along
}

// invitesKept is how many open invitations count; nobody answers more.
const invitesKept = 500

// LoadKeys reads a viewer's keys. Nobody's keys are empty.
func LoadKeys(ctx context.Context, q store.Q, v allmende.Viewer) (*Keys, error) {
	k := &Keys{Viewer: v}
	if v.Anonymous() {
		return k, nil
	}
	actor, err := store.ActorByID(ctx, q, v.Actor)
	if err != nil {
		return nil, err
	}
	k.Local = actor.Local()
	relations, err := store.AllRelations(ctx, q, v.Actor)
	if err != nil {
		return nil, err
	}
	k.Following = map[allmende.ID]allmende.Relation{}
	k.Asked, k.Blocks, k.BlockedBy = map[allmende.ID]bool{}, map[allmende.ID]bool{}, map[allmende.ID]bool{}
	k.Mutes = map[allmende.ID]allmende.Relation{}
	for _, r := range relations {
		k.add(r)
	}
	blockers, err := store.BlockersOf(ctx, q, v.Actor)
	if err != nil {
		return nil, err
	}
	for _, id := range blockers {
		k.BlockedBy[id] = true
	}
	threads, err := store.ThreadMutes(ctx, q, v.Actor)
	if err != nil {
		return nil, err
	}
	k.Threads = make(map[allmende.ID]bool, len(threads))
	for _, id := range threads {
		k.Threads[id] = true
	}
	invites, err := store.InvitesFor(ctx, q, v.Actor, invitesKept)
	if err != nil {
		return nil, err
	}
	k.Invited = make(map[allmende.ID]bool, len(invites))
	for _, id := range invites {
		k.Invited[id] = true
	}
	k.Tags, err = store.TagFollows(ctx, q, v.Actor)
	return k, err
}

func (k *Keys) add(r allmende.Relation) {
	switch {
	case r.Kind == allmende.Follow && r.State == allmende.Accepted:
		k.Following[r.Target] = r
	case r.Kind == allmende.Follow:
		k.Asked[r.Target] = true
	case r.Kind == allmende.Block:
		k.Blocks[r.Target] = true
	case r.Kind == allmende.Mute:
		k.Mutes[r.Target] = r
	}
}

// Muted tells whether the viewer muted an actor and the mute still runs.
func (k *Keys) Muted(actor allmende.ID, now time.Time) bool {
	r, ok := k.Mutes[actor]
	return ok && (r.Expires.IsZero() || r.Expires.After(now))
}

// Apart tells whether one of the two blocked the other.
func (k *Keys) Apart(actor allmende.ID) bool { return k.Blocks[actor] || k.BlockedBy[actor] }

// Hears tells whether the viewer is told what an actor does: neither blocked
// the other, and no mute covers notifications.
func (k *Keys) Hears(actor allmende.ID, now time.Time) bool {
	return !k.Apart(actor) && !(k.Muted(actor, now) && k.Mutes[actor].Quiet)
}

// InAudience tells whether the viewer belongs to an audience. The search index
// holds the same rule as keys in SQL; a property test compares the two.
func (k *Keys) InAudience(a allmende.Audience) bool {
	switch a.Kind {
	case allmende.AudPublic, allmende.AudUnlisted:
		return true
	case allmende.AudLocal:
		return k.Local
	case allmende.AudFollowers:
		if a.Target == k.Viewer.Actor && !k.Viewer.Anonymous() {
			return true
		}
		_, follows := k.Following[a.Target]
		return follows
	case allmende.AudDirect:
		for _, actor := range a.Actors {
			if actor == k.Viewer.Actor {
				return true
			}
		}
	}
	return false
}

// IsAuthor tells whether the viewer owns an object or is one of its authors.
func (k *Keys) IsAuthor(o *allmende.Object) bool {
	if k.Viewer.Anonymous() {
		return false
	}
	if o.Owner == k.Viewer.Actor {
		return true
	}
	for _, a := range o.Authors {
		if a == k.Viewer.Actor {
			return true
		}
	}
	return false
}

func hidden() error { return allmende.E(allmende.NotFound, "error.object_not_found") }

// Rule decides whether the viewer may see an object: nil, NotFound (there may
// be such a thing, or not), or Gone. ownerState is the state of its owner.
func (k *Keys) Rule(o *allmende.Object, ownerState allmende.ActorState) error {
	author := k.IsAuthor(o)
	switch o.State {
	case allmende.Deleted:
		if author || k.InAudience(o.Audience) {
			return allmende.E(allmende.Gone, "error.object_gone")
		}
		return hidden()
	case allmende.Published:
	case allmende.Hidden, allmende.Held:
		if !author && !k.Viewer.Rank.CanModerate() {
			return hidden()
		}
		return nil
	default:
		if !author && !k.mayDecide(o, ownerState) {
			return hidden()
		}
		return nil
	}
	if author {
		return nil
	}
	if ownerState != allmende.ActorActive && !k.Viewer.Rank.CanModerate() {
		if ownerState == allmende.ActorDeleted && o.Section == "wiki" {
			return nil // wiki pages outlive their first author
		}
		return hidden()
	}
	if o.Section == "wiki" && k.InAudience(o.Audience) {
		return nil // the place, not the first author, decides who reads the wiki
	}
	if k.BlockedBy[o.Owner] || !k.InAudience(o.Audience) {
		return hidden()
	}
	return nil
}

// mayDecide tells whether the viewer is asked to write along and so may read
// what is not published yet.
func (k *Keys) mayDecide(o *allmende.Object, ownerState allmende.ActorState) bool {
	return k.Invited[o.ID] && ownerState == allmende.ActorActive && !k.Apart(o.Owner)
}

// Lists tells whether an object that the viewer may see belongs into their
// lists: neither blocked nor muted.
func (k *Keys) Lists(o *allmende.Object, now time.Time) bool {
	if k.IsAuthor(o) {
		return true
	}
	return !k.Apart(o.Owner) && !k.Muted(o.Owner, now)
}
