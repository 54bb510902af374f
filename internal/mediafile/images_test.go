package mediafile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"allmende/internal/mediafile"
)

func images(t testing.TB, r *mediafile.Runner, src string) mediafile.ImageSet {
	t.Helper()
	dir := t.TempDir()
	set, err := r.Images(context.Background(), src, dir, mediafile.ImageOptions{})
	if err != nil {
		t.Fatalf("Images: %v", err)
	}
	if extra := leftovers(t, dir, set.Variants); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
	return set
}

// withoutVips is a Runner as on a machine that lacks vips.
func withoutVips(t testing.TB) *mediafile.Runner {
	t.Helper()
	r, err := mediafile.NewRunner(mediafile.Config{Vips: "none"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sizes(set mediafile.ImageSet) string {
	var all []string
	for _, v := range set.Variants {
		all = append(all, fmt.Sprintf("%s %dx%d", v.Name, v.Width, v.Height))
	}
	return strings.Join(all, ", ")
}

func TestAPhotoGetsAllItsSizes(t *testing.T) {
	r := runner(t)
	for name, c := range map[string]struct{ src, want string }{
		"12 megapixels": {gpsPhoto, "2048.webp 2048x1536, 1280.webp 1280x960, 640.webp 640x480, 320.webp 320x240, 1280.jpg 1280x960, 640.jpg 640x480"},
		"1280 pixels":   {canon, "1280.webp 1280x960, 640.webp 640x480, 320.webp 320x240, 1280.jpg 1280x960, 640.jpg 640x480"},
		"299 x 394":     {samples + "pic1/debian_logo.jpg", "640.webp 299x394, 320.webp 243x320, 640.jpg 299x394"},
		"tiny":          {write(t, "a.png", encodePNG(t, gradient(5, 3))), "320.webp 5x3, 640.jpg 5x3"},
		"one line":      {write(t, "b.png", encodePNG(t, gradient(3000, 1))), "2048.webp 2048x1, 1280.webp 1280x1, 640.webp 640x1, 320.webp 320x1, 1280.jpg 1280x1, 640.jpg 640x1"},
	} {
		t.Run(name, func(t *testing.T) {
			set := images(t, r, c.src)
			if got := sizes(set); got != c.want {
				t.Errorf("made %s\nwant %s", got, c.want)
			}
			if len(set.Blurhash) < 20 || len(set.Dominant) != 7 || set.Info.Width == 0 {
				t.Errorf("blurhash %q, colour %q, %+v", set.Blurhash, set.Dominant, set.Info)
			}
		})
	}
}

func TestNoVariantOfAPhotoTellsThePlace(t *testing.T) {
	for name, r := range map[string]*mediafile.Runner{"vips": runner(t), "without vips": withoutVips(t)} {
		photos := gpsPhotos
		if name != "vips" {
			photos = photos[:1] // Go decodes slowly, and its encoder knows no metadata
		}
		for _, src := range photos {
			t.Run(name+" "+filepath.Base(src), func(t *testing.T) {
				for _, v := range images(t, r, src).Variants {
					b := load(t, v.Path)
					wantClean(t, b)
					for _, mark := range []string{"EXIF", "Exif", "XMP ", "ICC_PROFILE", "ICCP"} {
						if bytes.Contains(b[:min(len(b), 2000)], []byte(mark)) || bytes.Contains(b[max(0, len(b)-2000):], []byte(mark)) {
							t.Errorf("%s holds %s", v.Name, mark)
						}
					}
					if got := probeBytes(t, b); got.Orientation != 1 {
						t.Errorf("%s has orientation %d", v.Name, got.Orientation)
					}
				}
			})
		}
	}
}

// stored turns an upright picture into how a camera with this orientation would store it.
func stored(upright *image.NRGBA, orientation int) *image.NRGBA {
	w, h := upright.Rect.Dx(), upright.Rect.Dy()
	sw, sh := w, h
	if orientation >= 5 {
		sw, sh = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, sw, sh))
	for y := range sh {
		for x := range sw {
			ux, uy := x, y
			switch orientation {
			case 2:
				ux = sw - 1 - x
			case 3:
				ux, uy = sw-1-x, sh-1-y
			case 4:
				uy = sh - 1 - y
			case 5:
				ux, uy = y, x
			case 6:
				ux, uy = sh-1-y, x
			case 7:
				ux, uy = sh-1-y, sw-1-x
			case 8:
				ux, uy = y, sw-1-x
			}
			out.SetNRGBA(x, y, upright.NRGBAAt(ux, uy))
		}
	}
	return out
}

func near(a, b color.Color, tolerance int) bool {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	for _, d := range []int{int(ar>>8) - int(br>>8), int(ag>>8) - int(bg>>8), int(ab>>8) - int(bb>>8)} {
		if d < -tolerance || d > tolerance {
			return false
		}
	}
	return true
}

func TestEveryOrientationComesOutUpright(t *testing.T) {
	upright := gradient(240, 120)
	for name, r := range map[string]*mediafile.Runner{"vips": runner(t), "without vips": withoutVips(t)} {
		for orientation := 1; orientation <= 8; orientation++ {
			t.Run(fmt.Sprint(name, " ", orientation), func(t *testing.T) {
				var b bytes.Buffer
				if err := jpeg.Encode(&b, stored(upright, orientation), &jpeg.Options{Quality: 95}); err != nil {
					t.Fatal(err)
				}
				src := append([]byte("\xff\xd8"), jpegSegment(0xe1, "Exif\x00\x00"+string(exifBlock(orientation)))...)
				src = append(src, b.Bytes()[2:]...)
				for _, v := range images(t, r, write(t, "a.jpg", src)).Variants {
					got := pixels(t, load(t, v.Path))
					if got.Bounds().Dx() != 240 || got.Bounds().Dy() != 120 {
						t.Fatalf("%s is %v", v.Name, got.Bounds())
					}
					for _, p := range []image.Point{{20, 10}, {220, 10}, {20, 110}, {220, 110}, {120, 60}} {
						if want := upright.At(p.X, p.Y); !near(got.At(p.X, p.Y), want, 24) {
							t.Errorf("%s at %v: %v, want %v", v.Name, p, got.At(p.X, p.Y), want)
						}
					}
				}
			})
		}
	}
}

func TestAlphaStaysInWebPAndIsWhiteInJPEG(t *testing.T) {
	img := gradient(200, 100)
	for y := range 100 {
		for x := range 100 {
			img.SetNRGBA(x, y, color.NRGBA{})
		}
	}
	src := write(t, "a.png", encodePNG(t, img))
	lossy := strings.TrimSuffix(vipsConvert(t, src, "l.webp[Q=95]"), "[Q=95]")
	for name, r := range map[string]*mediafile.Runner{"vips": runner(t), "without vips": withoutVips(t)} {
		t.Run(name, func(t *testing.T) {
			for _, v := range append(images(t, r, src).Variants, images(t, r, lossy).Variants...) {
				got := pixels(t, load(t, v.Path))
				_, _, _, alpha := got.At(50, 50).RGBA()
				switch {
				case v.MIME == "image/webp" && alpha != 0:
					t.Errorf("%s: alpha is %d", v.Name, alpha)
				case v.MIME == "image/jpeg" && !near(got.At(50, 50), color.White, 4):
					t.Errorf("%s: %v, want white", v.Name, got.At(50, 50))
				}
				if !near(got.At(150, 50), img.At(150, 50), 12) {
					t.Errorf("%s: %v, want %v", v.Name, got.At(150, 50), img.At(150, 50))
				}
			}
		})
	}
}

func TestOddPicturesAreTaken(t *testing.T) {
	r := runner(t)
	deep := image.NewNRGBA64(image.Rect(0, 0, 60, 40))
	for i := range deep.Pix {
		deep.Pix[i] = 0x80
	}
	for i := 6; i < len(deep.Pix); i += 8 {
		deep.Pix[i], deep.Pix[i+1] = 0xff, 0xff
	}
	grey := image.NewGray(image.Rect(0, 0, 60, 40))
	for i := range grey.Pix {
		grey.Pix[i] = 0x80
	}
	middle := color.Gray{Y: 0x80}
	plain := write(t, "p.png", encodePNG(t, grey))
	for name, src := range map[string]string{
		"16 bits":     write(t, "d.png", encodePNG(t, deep)),
		"grey":        plain,
		"grey jpeg":   vipsConvert(t, plain, "g.jpg"),
		"avif":        vipsConvert(t, plain, "g.avif"),
		"webp":        vipsConvert(t, plain, "g.webp"),
		"progressive": strings.TrimSuffix(vipsConvert(t, plain, "i.jpg[interlace]"), "[interlace]"),
	} {
		t.Run(name, func(t *testing.T) {
			set := images(t, r, src)
			for _, v := range set.Variants {
				if got := pixels(t, load(t, v.Path)); got.Bounds().Dx() != 60 || !near(got.At(30, 20), middle, 4) {
					t.Errorf("%s: %v %v", v.Name, got.Bounds(), got.At(30, 20))
				}
			}
			if set.Dominant[:2] != "#7" && set.Dominant[:2] != "#8" {
				t.Errorf("colour %s, want a middle grey", set.Dominant)
			}
		})
	}
}

func TestAProfileIsConvertedToSRGB(t *testing.T) {
	src := filepath.Join(t.TempDir(), "p3.jpg")
	from := write(t, "a.png", encodePNG(t, gradient(120, 80)))
	if out, err := exec.Command("vips", "icc_transform", from, src+"[Q=98]", "p3", "--input-profile", "srgb").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	wide, want := pixels(t, load(t, src)), gradient(120, 80)
	if at := image.Pt(110, 10); near(wide.At(at.X, at.Y), want.At(at.X, at.Y), 10) {
		t.Fatal("the sample's numbers are those of sRGB, so nothing would be tested")
	}
	for _, v := range images(t, runner(t), src).Variants {
		got := pixels(t, load(t, v.Path))
		for _, p := range []image.Point{{110, 10}, {60, 40}, {10, 70}} {
			if !near(got.At(p.X, p.Y), want.At(p.X, p.Y), 12) {
				t.Errorf("%s at %v: %v, want %v", v.Name, p, got.At(p.X, p.Y), want.At(p.X, p.Y))
			}
		}
	}
}

func TestMovingPicturesBecomeAFilm(t *testing.T) {
	r := runner(t)
	moving := write(t, "a.gif", animation(t, 41, 31, 8))
	for name, src := range map[string]string{"gif": moving, "webp": vipsConvert(t, moving+"[n=-1]", "a.webp")} {
		t.Run(name, func(t *testing.T) {
			set := images(t, r, src)
			film := set.Variants[len(set.Variants)-1]
			if film.Name != "gifv.mp4" || film.MIME != "video/mp4" || film.DurationMS < 700 || film.DurationMS > 900 {
				t.Fatalf("last variant %+v", film)
			}
			info := probe(t, film.Path)
			if info.VideoCodec != "h264" || info.PixFmt != "yuv420p" || info.AudioCodec != "" || info.Width != 42 || info.Height != 32 {
				t.Errorf("%+v", info)
			}
			frame := generate(t, "f.png", "-i", film.Path, "-frames:v", "1")
			if got := pixels(t, load(t, frame)); !near(got.At(35, 15), color.White, 12) || !near(got.At(5, 15), color.RGBA{255, 0, 0, 255}, 40) {
				t.Errorf("first frame: %v and %v, want red and white", got.At(5, 15), got.At(35, 15))
			}
			if set.Variants[0].Name != "320.webp" || set.Variants[0].Width != 41 {
				t.Errorf("still %+v", set.Variants[0])
			}
		})
	}
	still, err := r.Images(context.Background(), moving, t.TempDir(), mediafile.ImageOptions{NoMovie: true})
	if err != nil || len(still.Variants) != 2 {
		t.Errorf("without film: %s, %v", sizes(still), err)
	}
}

func TestBadPicturesAreRefusedAndLeaveNothing(t *testing.T) {
	photo := load(t, gpsPhoto)
	noise := append(slices.Clone(photo[:4000]), bytes.Repeat([]byte("allmende"), 2000)...)
	lie := encodePNG(t, gradient(50, 50))
	binary.BigEndian.PutUint32(lie[16:], 9000) // wider than its data
	for name, c := range map[string]struct {
		body []byte
		code string
	}{
		"a page like a GIF":       {polyglot, mediafile.CodeBroken},
		"a drawing with script":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), mediafile.CodeUnknownType},
		"a bomb":                  {bomb(), mediafile.CodeTooManyPix},
		"a head without picture":  {photo[:3000], mediafile.CodeBroken},
		"a head before noise":     {noise, mediafile.CodeBroken},
		"a PNG that lies":         {lie, mediafile.CodeBroken},
		"a film":                  {load(t, gpsFilm), mediafile.CodeTypeMismatch},
		"a WebP without content":  {[]byte("RIFF\x0e\x00\x00\x00WEBPVP8 \x02\x00\x00\x00xx"), mediafile.CodeBroken},
		"an AVIF without content": {[]byte("\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif"), mediafile.CodeBroken},
	} {
		for tool, r := range map[string]*mediafile.Runner{"vips": runner(t), "without vips": withoutVips(t)} {
			t.Run(name+" "+tool, func(t *testing.T) {
				dir := t.TempDir()
				set, err := r.Images(context.Background(), write(t, "x", c.body), dir, mediafile.ImageOptions{})
				wantCode(t, err, c.code)
				if extra := leftovers(t, dir, nil); len(extra) > 0 || len(set.Variants) > 0 {
					t.Errorf("left behind: %v %v", extra, set.Variants)
				}
			})
		}
	}
}

func TestWithoutVipsPhotosStillGetTheirSizes(t *testing.T) {
	r := withoutVips(t)
	if got, want := sizes(images(t, r, gpsTurned)), "2048.jpg 2048x1536, 1280.jpg 1280x960, 640.jpg 640x480, 320.jpg 320x240"; got != want {
		t.Errorf("made %s\nwant %s", got, want)
	}
	if !slices.Contains(r.Missing(), "vips") {
		t.Errorf("missing: %v", r.Missing())
	}
	_, err := r.Images(context.Background(), vipsConvert(t, canon, "a.avif"), t.TempDir(), mediafile.ImageOptions{})
	if mediafile.RefusalCode(err) != "" || err == nil {
		t.Errorf("AVIF: %v, want a missing tool, for the file may be good", err)
	}
}

func TestAnAvatarIsASquareAroundTheFocus(t *testing.T) {
	wide := write(t, "w.png", encodePNG(t, gradient(1000, 500)))
	for tool, r := range map[string]*mediafile.Runner{"vips": runner(t), "without vips": withoutVips(t)} {
		for name, c := range map[string]struct {
			src   string
			focus mediafile.Focus
			side  int
			red   int // of the middle of the picture
		}{
			"middle":      {wide, mediafile.Focus{}, 400, 127},
			"left":        {wide, mediafile.Focus{X: -1}, 400, 64},
			"right":       {wide, mediafile.Focus{X: 1, Y: 1}, 400, 191},
			"off the map": {wide, mediafile.Focus{X: 77}, 400, 191},
			"small":       {write(t, "s.png", encodePNG(t, gradient(200, 100))), mediafile.Focus{}, 100, 127},
		} {
			t.Run(tool+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				set, err := r.Avatar(context.Background(), c.src, dir, c.focus)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range set.Variants {
					got := pixels(t, load(t, v.Path))
					if got.Bounds().Dx() != c.side || got.Bounds().Dy() != c.side || v.Width != c.side {
						t.Errorf("%s is %v", v.Name, got.Bounds())
					}
					if want := (color.RGBA{uint8(c.red), 127, 0, 255}); !near(got.At(c.side/2, c.side/2), want, 10) {
						t.Errorf("%s: middle is %v, want %v", v.Name, got.At(c.side/2, c.side/2), want)
					}
				}
				if extra := leftovers(t, dir, set.Variants); len(extra) > 0 || set.Blurhash == "" {
					t.Errorf("left behind: %v, blurhash %q", extra, set.Blurhash)
				}
			})
		}
	}
}

func TestABannerIsCutFromATurnedPhoto(t *testing.T) {
	set, err := runner(t).Crop(context.Background(), gpsTurned, t.TempDir(), mediafile.CropOptions{Name: "banner", Width: 1500, Height: 500})
	if err != nil || sizes(set) != "banner.webp 1500x500, banner.jpg 1500x500" {
		t.Errorf("%s, %v", sizes(set), err)
	}
}
