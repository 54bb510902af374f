package media

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
)

// recipe is the work on one medium.
type recipe struct {
	*Outlet
	media *allmende.Media
	path  string // of the original
	dir   string // for everything that is made
	made  *allmende.MediaMade
}

// all makes everything that a medium of its kind needs.
func (r *recipe) all(ctx context.Context) error {
	if err := r.tell(ctx, &allmende.MediaMade{Media: r.media.ID, State: allmende.MediaRunning}); err != nil {
		return err
	}
	info, err := r.Files.Probe(ctx, r.path, r.dir)
	if err != nil {
		return err
	}
	r.made.Kind, r.made.Width, r.made.Height, r.made.Duration = string(info.Type.Kind), info.Width, info.Height, info.DurationMS
	r.made.Variants = []allmende.Variant{}
	switch info.Type.Kind {
	case mediafile.Image:
		return r.picture(ctx)
	case mediafile.Audio:
		return r.sound(ctx, info)
	}
	return r.film(ctx, info)
}

func (r *recipe) picture(ctx context.Context) error {
	set, err := r.Files.Images(ctx, r.path, r.dir, mediafile.ImageOptions{})
	if err != nil {
		return err
	}
	r.made.Blurhash = set.Blurhash
	if err := r.keep(ctx, set.Variants); err != nil {
		return err
	}
	movie, moves := r.variant("mp4")
	if !moves {
		return nil
	}
	// A moving picture is shown as a film without sound, its first frame as the poster.
	r.made.Kind, r.made.Animated = string(mediafile.Video), true
	r.made.Width, r.made.Height = movie.Width, movie.Height
	if still, ok := r.variant("jpeg640"); ok {
		still.Name = "poster"
		r.made.Variants = append(r.made.Variants, still)
	}
	return nil
}

func (r *recipe) sound(ctx context.Context, info mediafile.Info) error {
	set, err := r.Files.Audio(ctx, r.path, info, r.dir, r.progress(ctx))
	if err != nil {
		return err
	}
	peaks, err := json.Marshal(set.Peaks)
	if err != nil {
		return fmt.Errorf("wave of a sound: %w", err)
	}
	r.made.Peaks = string(peaks)
	r.measured(set.Variants)
	return r.keep(ctx, set.Variants)
}

func (r *recipe) film(ctx context.Context, info mediafile.Info) error {
	set, err := r.Files.Video(ctx, r.path, info, r.dir, r.progress(ctx))
	if err != nil {
		return err
	}
	r.made.Blurhash = set.Blurhash
	r.measured(set.Variants)
	return r.keep(ctx, set.Variants)
}

// crop cuts the owner's face around its focus.
func (r *recipe) crop(ctx context.Context) error {
	set, err := r.Files.Avatar(ctx, r.path, r.dir, mediafile.Focus{X: r.media.FocusX, Y: r.media.FocusY})
	if err != nil {
		return err
	}
	return r.keep(ctx, set.Variants)
}

// measured believes the length of what was made rather than what a header said.
func (r *recipe) measured(variants []mediafile.Variant) {
	if len(variants) > 0 && variants[0].DurationMS > 0 {
		r.made.Duration = variants[0].DurationMS
	}
}

// keep moves what was made into the blob store and notes it.
func (r *recipe) keep(ctx context.Context, variants []mediafile.Variant) error {
	for _, v := range variants {
		ref, err := blob.AdoptFile(ctx, r.Blob, v.Path)
		if err != nil {
			return err
		}
		r.made.Variants = append(r.made.Variants, allmende.Variant{
			Name: nameOf(v.Name), Blob: ref.Hash, MIME: v.MIME, Width: v.Width, Height: v.Height, Size: ref.Size,
		})
	}
	return nil
}

func (r *recipe) variant(name string) (allmende.Variant, bool) {
	m := allmende.Media{Variants: r.made.Variants}
	return m.Variant(name)
}

// progress tells how far the work is, at most once in a second. It hears from
// several goroutines of the tool's reader, hence the lock.
func (r *recipe) progress(ctx context.Context) func(float64) {
	var mu sync.Mutex
	last, told := time.Now(), 0
	return func(done float64) {
		mu.Lock()
		defer mu.Unlock()
		percent := min(99, int(done*100))
		if percent <= told || time.Since(last) < time.Second {
			return
		}
		last, told = time.Now(), percent
		err := r.tell(ctx, &allmende.MediaMade{Media: r.media.ID, State: allmende.MediaRunning, Progress: percent})
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("telling progress", "media", r.media.ID, "err", err)
		}
	}
}
