package mediafile

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // decoders of what can be taken without vips
	"image/jpeg"
	_ "image/png"
	"os"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// goMemory and goPixels bound the decoder in Go, which holds a picture whole.
const (
	goMemory = 1 << 30
	goPixels = 50_000_000
)

// imagesJob is what the child without vips gets.
type imagesJob struct {
	Orientation int
	Outputs     []imagesOutput
}

// imagesOutput is one JPEG: either Long pixels along its longer side, or cut.
type imagesOutput struct {
	Name string
	Long int  `json:",omitempty"`
	Cut  *cut `json:",omitempty"`
}

// stillWithoutVips makes JPEGs of all sizes in a child of our own binary. Go has no encoder of WebP, so the
// larger sizes, too, are JPEG; alpha is put on white.
func (r *Runner) stillWithoutVips(ctx context.Context, s *scratch, info Info, plan still) (ImageSet, error) {
	job, results := imagesJob{Orientation: info.Orientation}, []result(nil)
	for _, n := range mergeSizes(plan) {
		name := fmt.Sprintf("%s%d.jpg", plan.prefix, n)
		job.Outputs = append(job.Outputs, imagesOutput{Name: name, Long: n})
		results = append(results, result{name, JPEG})
	}
	return r.imagesInGo(ctx, s, info, job, results)
}

func mergeSizes(p still) []int {
	sizes := append([]int(nil), p.webp...)
	for _, n := range p.jpeg {
		if n > sizes[0] || n < sizes[len(sizes)-1] {
			sizes = append(sizes, n)
		}
	}
	return sizes
}

func (r *Runner) cropWithoutVips(ctx context.Context, s *scratch, info Info, name string, c cut) (ImageSet, error) {
	job := imagesJob{Orientation: info.Orientation, Outputs: []imagesOutput{{Name: name + ".jpg", Cut: &c}}}
	return r.imagesInGo(ctx, s, info, job, []result{{name + ".jpg", JPEG}})
}

func (r *Runner) imagesInGo(ctx context.Context, s *scratch, info Info, job imagesJob, results []result) (ImageSet, error) {
	if info.Type == HEIC || info.Type == AVIF {
		return ImageSet{}, &ToolError{Tool: "vips", Reason: ReasonMissing}
	}
	if int64(info.Width)*int64(info.Height) > goPixels {
		return ImageSet{}, tooManyPixels(info, goPixels)
	}
	text, err := json.Marshal(job)
	if err != nil {
		return ImageSet{}, fmt.Errorf("making pictures: %w", err)
	}
	out := &headWriter{max: 4096}
	err = r.run(ctx, task{
		name: "images", wall: imageWall, stdout: out,
		spec: childSpec{Mode: modeImages, Job: text, Dir: s.dir, Read: s.read, Memory: goMemory, CPU: imageCPU, File: imageFile},
	})
	if err != nil {
		return ImageSet{}, blameFile(err)
	}
	var set ImageSet
	if err := json.Unmarshal(out.b, &set); err != nil {
		return ImageSet{}, fmt.Errorf("making pictures: %w", err)
	}
	set.Variants = nil
	return s.keepAll(set, results)
}

// imagesChild decodes, turns, scales and writes; it answers blurhash and colour.
func imagesChild(raw json.RawMessage) error {
	var job imagesJob
	if err := json.Unmarshal(raw, &job); err != nil {
		return err
	}
	f, err := os.Open(sourceName)
	if err != nil {
		return err
	}
	defer f.Close()
	img, format, err := image.Decode(f)
	if err != nil {
		return err
	}
	if format == "webp" {
		widen(img)
	}
	var set ImageSet
	for i, out := range job.Outputs {
		made := makeImage(img, job.Orientation, out)
		if i == 0 {
			if set.Blurhash, set.Dominant, err = summarise(made); err != nil {
				return err
			}
		}
		if err := writeJPEG(out.Name, made); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(set)
}

// widen brings a lossy WebP to the full range of brightness: its numbers go from 16 to 235 (RFC 9649 §2.5), which
// Go's decoder hands over as if they went from 0 to 255.
func widen(img image.Image) {
	var planes *image.YCbCr
	switch m := img.(type) {
	case *image.YCbCr:
		planes = m
	case *image.NYCbCrA:
		planes = &m.YCbCr
	default:
		return
	}
	for i, v := range planes.Y {
		planes.Y[i] = uint8(max(0, min(255, ((int(v)-16)*255+109)/219)))
	}
	for _, plane := range [][]uint8{planes.Cb, planes.Cr} {
		for i, v := range plane {
			plane[i] = uint8(max(0, min(255, (int(v)*255-128*31+112)/224)))
		}
	}
}

// makeImage scales first and turns the small result, which is cheaper.
func makeImage(src image.Image, orientation int, out imagesOutput) image.Image {
	size := fit(src.Bounds(), out.Long)
	if out.Cut != nil {
		size = image.Rect(0, 0, out.Cut.ScaleW, out.Cut.ScaleH)
		if turned(orientation) {
			size = image.Rect(0, 0, out.Cut.ScaleH, out.Cut.ScaleW)
		}
	}
	small := image.NewRGBA(size)
	draw.Draw(small, size, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, size, src, src.Bounds(), draw.Over, nil)
	upright := turn(small, orientation)
	if c := out.Cut; c != nil {
		return upright.SubImage(image.Rect(c.Left, c.Top, c.Left+c.W, c.Top+c.H))
	}
	return upright
}

// turn makes a picture upright; orientation is EXIF's, 1 to 8.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if turned(orientation) {
		dst = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range h {
		for x := range w {
			tx, ty := turnPoint(x, y, w, h, orientation)
			copy(dst.Pix[dst.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// turnPoint tells where a pixel of the stored picture goes in the upright one.
func turnPoint(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	case 8:
		return y, w - 1 - x
	}
	return x, y
}

func writeJPEG(name string, img image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := jpeg.Encode(f, img, &jpeg.Options{Quality: 85}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
