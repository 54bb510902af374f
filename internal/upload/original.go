package upload

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
)

const scrubTime = 10 * time.Minute

// download is a file that others may have instead of the original.
type download struct {
	ref  blob.Ref
	mime string
}

// downloads remembers which file was made of which original. It is only a
// memory: a file that was swept meanwhile is made anew.
type downloads struct {
	mu   sync.Mutex
	made map[string]download // guarded by mu; by the original's hash
}

const rememberedDownloads = 10_000

func (d *downloads) get(hash string) (download, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	got, ok := d.made[hash]
	return got, ok
}

func (d *downloads) put(hash string, made download) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.made == nil || len(d.made) >= rememberedDownloads {
		d.made = map[string]download{}
	}
	d.made[hash] = made
}

// Original is the file that others get when they ask for the original: as it
// came when its owner allows place and serial numbers, otherwise without them,
// pixels and sound untouched. Where they can't be taken out it is the largest
// JPEG.
func (u *Uploader) Original(ctx context.Context, m *allmende.Media) (blob.Ref, string, error) {
	if m.Blob == "" {
		return blob.Ref{}, "", allmende.E(allmende.NotFound, "error.media_not_found")
	}
	if m.ShowPlace {
		return blob.Ref{Hash: m.Blob, Size: m.Size}, m.MIME, nil
	}
	if got, ok := u.cleaned.get(m.Blob); ok {
		if _, err := u.Blob.Stat(ctx, got.ref.Hash); err == nil {
			return got.ref, got.mime, nil
		}
	}
	// Whoever asks meanwhile waits for the same work, which goes on when the first one leaves.
	work := u.scrubs.DoChan(m.Blob, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scrubTime)
		defer cancel()
		return u.clean(ctx, m)
	})
	select {
	case <-ctx.Done():
		return blob.Ref{}, "", ctx.Err()
	case got := <-work:
		if got.Err != nil {
			return blob.Ref{}, "", got.Err
		}
		d := got.Val.(download)
		return d.ref, d.mime, nil
	}
}

func (u *Uploader) clean(ctx context.Context, m *allmende.Media) (download, error) {
	u.slots <- struct{}{}
	defer func() { <-u.slots }()
	path, release, err := u.Blob.Local(ctx, m.Blob)
	if err != nil {
		return download{}, fmt.Errorf("original of %s: %w", m.ID, err)
	}
	defer release()
	dir, err := os.MkdirTemp(u.incoming, "clean-*")
	if err != nil {
		return download{}, storing(err)
	}
	defer os.RemoveAll(dir)
	info, err := u.Media.Probe(ctx, path, dir)
	if err != nil {
		return download{}, refusal(err)
	}
	v, err := u.Media.Scrub(ctx, path, info, dir, "clean"+info.Type.Ext)
	if mediafile.RefusalCode(err) == mediafile.CodeNoScrub {
		return largestJPEG(m)
	}
	if err != nil {
		return download{}, refusal(err)
	}
	ref, err := blob.AdoptFile(ctx, u.Blob, v.Path)
	if err != nil {
		return download{}, storing(err)
	}
	made := download{ref, info.Type.MIME}
	u.cleaned.put(m.Blob, made)
	return made, nil
}

func largestJPEG(m *allmende.Media) (download, error) {
	best := allmende.Variant{}
	for _, v := range m.Variants {
		if v.MIME == mediafile.JPEG.MIME && v.Width*v.Height > best.Width*best.Height {
			best = v
		}
	}
	if best.Blob == "" {
		return download{}, allmende.E(allmende.NotFound, "error.media_not_found")
	}
	return download{blob.Ref{Hash: best.Blob, Size: best.Size}, best.MIME}, nil
}
