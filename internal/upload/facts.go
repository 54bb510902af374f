package upload

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"allmende/internal/mediafile"
)

// facts is the JSON of what a file tells about itself and what may be shown:
// camera, lens, exposure and date of a picture, title, artist and album of a
// sound, and the place only by consent. Nothing else is kept. A file whose
// metadata can't be read has none.
func (u *Uploader) facts(ctx context.Context, path, dir string, t mediafile.Type, place bool) (string, error) {
	d, err := u.Media.Describe(ctx, path, dir, t)
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		var tool *mediafile.ToolError
		if errors.As(err, &tool) {
			u.Log.Warn("could not read what a file says of itself", "type", t.MIME, "err", err)
		}
		return "", nil
	}
	e, tags := d.Exif, d.Tags
	d.Exif = mediafile.Exif{
		Camera: e.Camera, Lens: e.Lens, Exposure: e.Exposure, Aperture: e.Aperture, ISO: e.ISO,
		FocalLength: e.FocalLength, Focal35: e.Focal35, TakenAt: e.TakenAt, Zoned: e.Zoned,
	}
	if place {
		d.Exif.GPS = e.GPS
	}
	d.Tags = mediafile.Tags{Title: tags.Title, Artist: tags.Artist, Album: tags.Album, Year: tags.Year}
	text, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("upload: facts of a file: %w", err)
	}
	if string(text) == "{}" {
		return "", nil
	}
	return string(text), nil
}
