package erase

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

// looseMedia removes uploads that became part of nothing, and their work.
func (o *Outlet) looseMedia(ctx context.Context) error {
	before := o.Now().Add(-o.keep.LooseMedia)
	for {
		n := 0
		err := o.DB.WriteJobs(ctx, func(tx *db.Tx) error {
			loose, err := store.LooseMedia(ctx, tx, before, part)
			if err != nil {
				return err
			}
			n = len(loose)
			news := live.News{}
			for _, m := range loose {
				news.Media = append(news.Media, m.ID)
				if err := store.DeleteMedia(ctx, tx, m.ID); err != nil {
					return err
				}
			}
			tx.AfterCommit(func() { o.Hub.Tell(news) })
			return nil
		})
		if err != nil || n < part {
			return err
		}
	}
}

// old forgets records whose time is over.
func (o *Outlet) old(ctx context.Context) error {
	now := o.Now()
	type forget func(ctx context.Context, q store.Q, before allmende.ID, limit int) (int64, error)
	for _, f := range []struct {
		forget forget
		before allmende.ID
	}{
		{store.ForgetActivities, allmende.IDAt(now.Add(-o.keep.Activities))},
		{store.ForgetNotifications, allmende.IDAt(now.Add(-o.keep.Notifications))},
	} {
		for n := int64(part); n == part; {
			err := o.DB.WriteJobs(ctx, func(tx *db.Tx) error {
				var err error
				n, err = f.forget(ctx, tx, f.before, part)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return o.DB.WriteJobs(ctx, func(tx *db.Tx) error {
		if err := store.ForgetKeys(ctx, tx, now.Add(-keyLife)); err != nil {
			return err
		}
		return store.ForgetFailedJobs(ctx, tx, now.Add(-o.keep.FailedJobs))
	})
}

// blobs removes files that no medium refers to. Young files stay, since the
// row that will refer to them may not be committed yet.
func (o *Outlet) blobs(ctx context.Context) error {
	used, err := o.used(ctx)
	if err != nil {
		return err
	}
	before := o.Now().Add(-o.keep.Blobs)
	files, bytes := 0, int64(0)
	err = o.Blob.Walk(ctx, func(e blob.Entry) error {
		if _, found := slices.BinarySearch(used, short(e.Hash)); found || !e.Stored.Before(before) {
			return nil
		}
		files, bytes = files+1, bytes+e.Size
		return o.Blob.Delete(ctx, e.Hash)
	})
	if files > 0 {
		o.Log.Info("files removed that nothing refers to", "files", files, "bytes", bytes)
	}
	return err
}

// used are the first 64 bits of the hashes of all files that media refer to,
// sorted: 8 bytes each, so that ten million files fit into 80 MB. That two
// files begin alike by chance only means that one is kept too long.
func (o *Outlet) used(ctx context.Context) ([]uint64, error) {
	var out []uint64
	add := func(hash string) {
		if hash != "" {
			out = append(out, short(hash))
		}
	}
	for after := allmende.ID(0); ; {
		media, err := store.AllMedia(ctx, o.DB.Read(), after, part)
		if err != nil {
			return nil, err
		}
		for _, m := range media {
			add(m.Blob)
			for _, v := range m.Variants {
				add(v.Blob)
			}
			after = m.ID
		}
		if len(media) < part {
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// short is the beginning of a hash as a number; one that is none is 0, which
// keeps too much rather than too little.
func short(hash string) uint64 {
	b, err := hex.DecodeString(hash[:min(16, len(hash))])
	if err != nil || len(b) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
