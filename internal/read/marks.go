package read

import (
	"context"
	"sync/atomic"

	"allmende"
	"allmende/internal/live"
	"allmende/internal/store"
)

// marks keeps what viewers did with objects. One mark is one viewer's on one
// object, also the empty one, since most people did nothing with most things.
// A reaction to an object makes all marks on it void: they hold the count of
// their object's shard as it was before they were loaded.
type marks struct {
	known  *live.Cache[markKey, mark]
	counts [4096]atomic.Uint64 // how often something of the shard was reacted to
}

type markKey struct{ viewer, object allmende.ID }

type mark struct {
	Mine
	count uint64
}

func newMarks() *marks { return &marks{known: live.NewCache[markKey, mark](200_000, nil)} }

func (m *marks) shard(object allmende.ID) *atomic.Uint64 {
	return &m.counts[(uint64(object)*0x9e3779b97f4a7c15)>>52] // the golden ratio spreads neighbours
}

func (m *marks) hear(objects []allmende.ID) {
	for _, id := range objects {
		m.shard(id).Add(1)
	}
}

// mineOf tells what the viewer did with some objects.
func (r *Reader) mineOf(ctx context.Context, viewer allmende.ID, ids []allmende.ID) (map[allmende.ID]Mine, error) {
	out := make(map[allmende.ID]Mine, len(ids))
	loading := map[allmende.ID]mark{}
	var missing []allmende.ID
	for _, id := range ids {
		count := r.marks.shard(id).Load()
		if m, ok := r.marks.known.Peek(markKey{viewer, id}); ok && m.count == count {
			out[id] = m.Mine
		} else if _, asked := loading[id]; !asked {
			loading[id] = mark{count: count}
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	reactions, err := store.ReactionsOn(ctx, r.db.Read(), viewer, missing)
	if err != nil {
		return nil, err
	}
	for _, x := range reactions {
		m := loading[x.Object]
		switch x.Kind {
		case allmende.Like:
			m.Liked, m.Emoji = true, x.Emoji
		case allmende.Boost:
			m.Boosted, m.Boost = true, x.ID
		case allmende.Bookmark:
			m.Bookmarked = true
		}
		loading[x.Object] = m
	}
	for id, m := range loading {
		out[id] = m.Mine
		key := markKey{viewer, id}
		r.marks.known.Put(key, m, r.marks.known.Ticket(key))
	}
	return out, nil
}
