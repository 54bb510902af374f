package mediafile

import (
	"context"
	"fmt"
	"math"
	"strings"
)

// Focus is the point of a picture that must stay visible, as apps tell it: from -1 to 1, to the right and up;
// 0, 0 is the middle.
type Focus struct{ X, Y float64 }

// CropOptions say what Crop makes.
type CropOptions struct {
	Name          string // of the variants: Name.webp and Name.jpg
	Width, Height int    // pixels; smaller pictures keep the shape but are not enlarged
	Focus         Focus
}

const avatarSide = 400

// Avatar makes a square of at most 400 pixels, "avatar.webp" and "avatar.jpg".
func (r *Runner) Avatar(ctx context.Context, src, outDir string, focus Focus) (ImageSet, error) {
	return r.Crop(ctx, src, outDir, CropOptions{Name: "avatar", Width: avatarSide, Height: avatarSide, Focus: focus})
}

// cut is a crop: scale the picture to Width x Height, then take Right x Bottom pixels from Left, Top.
type cut struct{ ScaleW, ScaleH, Left, Top, W, H int }

// Crop scales a picture down until it just covers the wanted shape and cuts off the rest around the focus.
func (r *Runner) Crop(ctx context.Context, src, outDir string, opts CropOptions) (ImageSet, error) {
	info, err := r.probeImage(src)
	if err != nil {
		return ImageSet{}, err
	}
	s, err := begin(src, outDir)
	if err != nil {
		return ImageSet{}, err
	}
	defer s.end()
	results := []result{{opts.Name + ".webp", WebP}, {opts.Name + ".jpg", JPEG}}
	c := planCut(info.Width, info.Height, opts)
	if r.cfg.Vips == "" || r.cfg.Shell == "" {
		set, err := r.cropWithoutVips(ctx, s, info, opts.Name, c)
		set.Info = info
		return set, err
	}
	if err := r.vips(ctx, s, cutScript(c, results)); err != nil {
		return ImageSet{}, err
	}
	for _, n := range results {
		if err := cleanResult(s, n.name, n.kind); err != nil {
			return ImageSet{}, err
		}
	}
	set := ImageSet{Info: info}
	if set.Blurhash, set.Dominant, err = summary(s.path(opts.Name + ".jpg")); err != nil {
		return ImageSet{}, err
	}
	return s.keepAll(set, results)
}

// planCut reckons the crop of a picture of w x h pixels.
func planCut(w, h int, o CropOptions) cut {
	// The wanted shape, no larger than what the picture can fill.
	shrink := min(1, float64(w)/float64(o.Width), float64(h)/float64(o.Height))
	c := cut{W: atLeast1(float64(o.Width) * shrink), H: atLeast1(float64(o.Height) * shrink)}
	scale := max(float64(c.W)/float64(w), float64(c.H)/float64(h))
	c.ScaleW, c.ScaleH = max(c.W, atLeast1(float64(w)*scale)), max(c.H, atLeast1(float64(h)*scale))
	c.Left = offset(c.ScaleW, c.W, o.Focus.X)
	c.Top = offset(c.ScaleH, c.H, -o.Focus.Y)
	return c
}

func atLeast1(f float64) int { return max(1, int(math.Round(f))) }

// offset places a window of n pixels in full so that the focus is as near its middle as the edges allow.
func offset(full, n int, focus float64) int {
	if math.IsNaN(focus) {
		focus = 0
	}
	middle := (max(-1, min(1, focus)) + 1) / 2 * float64(full)
	return max(0, min(full-n, int(math.Round(middle-float64(n)/2))))
}

func cutScript(c cut, results []result) string {
	var b strings.Builder
	b.WriteString(firstStep(fmt.Sprintf("%dx%d!", c.ScaleW, c.ScaleH)))
	for _, n := range results {
		options := "Q=85,strip"
		if n.kind == JPEG {
			options += ",optimize-coding,background=255"
		}
		fmt.Fprintf(&b, "vips extract_area large.v '%s[%s]' %d %d %d %d\n", n.name, options, c.Left, c.Top, c.W, c.H)
	}
	return b.String()
}
