// Package search keeps the search index: each published object under its words
// and under keys that say who may find it.
package search

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/outlet"
	"allmende/internal/store"
)

// chunk is how many objects are written in one transaction; everyone who wants
// to write waits that long.
const chunk = 200

// Outlet brings objects into the index and takes them out.
type Outlet struct {
	db *db.DB
}

// Options suit this outlet: large batches, one after the other, since each adds
// a segment to the index that has to be merged with the others some time.
var Options = outlet.Options{Workers: 1, Batch: 400, Gather: 250 * time.Millisecond}

// New makes the outlet of a house.
func New(d *db.DB) *Outlet { return &Outlet{db: d} }

// Name is "search".
func (o *Outlet) Name() string { return "search" }

// Run indexes one object as it is now.
func (o *Outlet) Run(ctx context.Context, job allmende.Job) error {
	return o.index(ctx, []allmende.ID{job.Object})
}

// RunBatch indexes many objects. When they cannot be written together each is
// tried alone, so that one bad object does not keep the others out.
func (o *Outlet) RunBatch(ctx context.Context, jobs []allmende.Job) []error {
	errs := make([]error, len(jobs))
	for from := 0; from < len(jobs); from += chunk {
		part := jobs[from:min(from+chunk, len(jobs))]
		ids := make([]allmende.ID, len(part))
		for i, job := range part {
			ids[i] = job.Object
		}
		if o.index(ctx, ids) == nil {
			continue
		}
		for i, job := range part {
			errs[from+i] = o.Run(ctx, job)
		}
	}
	return errs
}

// index reads and takes apart outside the transaction. What changes meanwhile
// has a job of its own, and an older version never replaces a newer one.
func (o *Outlet) index(ctx context.Context, ids []allmende.ID) error {
	docs, gone, err := o.documents(ctx, ids)
	if err != nil {
		return err
	}
	return o.db.WriteJobs(ctx, func(tx *db.Tx) error { return store.PutSearch(ctx, tx, docs, gone) })
}

func (o *Outlet) documents(ctx context.Context, ids []allmende.ID) (docs []store.SearchDoc, gone []allmende.ID, err error) {
	objects, err := store.ObjectsShown(ctx, o.db.Read(), ids)
	if err != nil {
		return nil, nil, err
	}
	media, err := o.media(ctx, objects)
	if err != nil {
		return nil, nil, err
	}
	published := map[allmende.ID]bool{}
	for i := range objects {
		if x := &objects[i]; x.State == allmende.Published {
			published[x.ID] = true
			docs = append(docs, document(x, media))
		}
	}
	for _, id := range ids {
		if !published[id] {
			gone = append(gone, id)
		}
	}
	return docs, gone, nil
}

func (o *Outlet) media(ctx context.Context, objects []allmende.Object) (map[allmende.ID]*allmende.Media, error) {
	var ids []allmende.ID
	for i := range objects {
		ids = append(ids, objects[i].Media...)
	}
	got, err := store.MediaByIDs(ctx, o.db.Read(), ids)
	out := make(map[allmende.ID]*allmende.Media, len(got))
	for i := range got {
		out[got[i].ID] = &got[i]
	}
	return out, err
}

// Rebuild empties the index and makes it anew from the newest object down, so
// that what people search for most is back first. Progress hears how far it is.
func (o *Outlet) Rebuild(ctx context.Context, progress func(done, total int)) error {
	total, err := store.CountPublished(ctx, o.db.Read())
	if err != nil {
		return err
	}
	if err := o.db.WriteJobs(ctx, func(tx *db.Tx) error { return store.ClearSearch(ctx, tx) }); err != nil {
		return err
	}
	var at allmende.ID
	for done := 0; ; {
		ids, err := store.PublishedIDs(ctx, o.db.Read(), at, chunk)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := o.index(ctx, ids); err != nil {
			return err
		}
		at = ids[len(ids)-1]
		done += len(ids)
		progress(done, max(total, done))
	}
}
