package read

import (
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"allmende"
	"allmende/internal/live"
)

// objectShelf keeps on a shelf the objects that have no room in memory: from
// there they are back in a tenth of the time that the database takes.
type objectShelf struct {
	shelf  *live.Shelf // nil: none
	places *live.Cache[allmende.ID, live.Place]
	rooms  sync.Pool // of *[]byte
}

// mostShelved is of how many objects it is known where they stand.
const mostShelved = 60_000

func newObjectShelf() *objectShelf {
	return &objectShelf{places: live.NewCache[allmende.ID, live.Place](mostShelved, nil), rooms: sync.Pool{New: func() any { return new([]byte) }}}
}

// UseShelf gives the reader room outside memory, before anything is read.
func (r *Reader) UseShelf(s *live.Shelf) { r.shelved.shelf = s }

// shelvedObject is an object as it stands on the shelf: its fields in order,
// its times in milliseconds.
type shelvedObject struct {
	_ struct{} `cbor:",toarray"`
	allmende.Object
	Times [5]int64
}

func times(o *allmende.Object) [5]*time.Time {
	return [5]*time.Time{&o.PublishAt, &o.PublishedAt, &o.EditedAt, &o.ChangedAt, &o.DeletedAt}
}

// put shelves an object that was loaded after the ticket was taken.
func (s *objectShelf) put(o *allmende.Object, ticket uint64) {
	if s.shelf == nil {
		return
	}
	x := shelvedObject{Object: *o}
	for i, t := range times(&x.Object) {
		if !t.IsZero() {
			x.Times[i] = t.UnixMilli()
		}
		*t = time.Time{}
	}
	packed, err := cbor.Marshal(&x)
	if err != nil {
		return // it is read from the database again
	}
	if place, ok := s.shelf.Put(packed); ok {
		s.places.Put(o.ID, place, ticket)
	}
}

// get takes an object from the shelf; nil when it does not stand there. Its
// counters are those of the day it was shelved.
func (s *objectShelf) get(id allmende.ID) *allmende.Object {
	place, ok := s.places.Peek(id)
	if !ok || s.shelf == nil {
		return nil
	}
	room := s.rooms.Get().(*[]byte)
	defer s.rooms.Put(room)
	if *room, ok = s.shelf.Read((*room)[:0], place); !ok {
		return nil
	}
	var x shelvedObject
	if err := cbor.Unmarshal(*room, &x); err != nil || x.ID != id {
		return nil
	}
	for i, t := range times(&x.Object) {
		if x.Times[i] != 0 {
			*t = time.UnixMilli(x.Times[i]).UTC()
		}
	}
	return &x.Object
}
