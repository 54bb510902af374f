package mediafile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// The sizes of a photo: the longer side in pixels, largest first. A size is made when the photo is larger than
// the next smaller size; the largest made is at most the photo's own. So "1280.webp" may be 900 pixels long.
var (
	webpSizes = []int{2048, 1280, 640, 320}
	jpegSizes = []int{1280, 640}
)

const (
	imageCPU  = 60 // seconds for one step
	imageWall = 2 * time.Minute
	imageFile = 1 << 30
)

// ImageOptions say what Images makes.
type ImageOptions struct {
	NoMovie bool // leave moving pictures without their film
}

// ImageSet is what was made of a picture.
type ImageSet struct {
	Info     Info      // of the original
	Variants []Variant // "2048.webp" … "320.webp", "1280.jpg", "640.jpg"; "gifv.mp4" if it moves
	Blurhash string    // 4 x 3
	Dominant string    // "#rrggbb"
}

// still says how one picture becomes variants.
type still struct {
	prefix     string // of the names
	webp, jpeg []int
	lossy      bool // the source is a photo; drawings and screenshots get a better quality
}

// Images makes the variants of the picture at src in outDir: upright, in sRGB, without metadata, never larger
// than it was. Nothing is left in outDir when it fails. A bad picture is a Refusal.
func (r *Runner) Images(ctx context.Context, src, outDir string, opts ImageOptions) (ImageSet, error) {
	info, err := r.probeImage(src)
	if err != nil {
		return ImageSet{}, err
	}
	s, err := begin(src, outDir)
	if err != nil {
		return ImageSet{}, err
	}
	defer s.end()
	plan := still{webp: fitting(webpSizes, info), jpeg: fitting(jpegSizes, info), lossy: info.Type == JPEG || info.Type == HEIC || info.Type == AVIF}
	set, err := r.still(ctx, s, info, plan)
	if err != nil {
		return ImageSet{}, err
	}
	set.Info = info
	if info.Animated() && !opts.NoMovie && (info.Type == GIF || info.Type == WebP) {
		movie, err := r.gifMovie(ctx, s, info)
		if err != nil {
			discard(set.Variants)
			return ImageSet{}, err
		}
		set.Variants = append(set.Variants, movie)
	}
	return set, nil
}

// fitting picks the sizes that a picture is large enough for.
func fitting(sizes []int, info Info) []int {
	long := max(info.Width, info.Height)
	for i := range sizes {
		if i+1 == len(sizes) || long > sizes[i+1] {
			return sizes[i:]
		}
	}
	return nil
}

// probeImage sniffs, probes and checks a local picture, all in this process.
func (r *Runner) probeImage(path string) (Info, error) {
	f, info, err := openMedia(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	if info.Type.Kind != Image {
		return Info{}, refuse(CodeTypeMismatch, map[string]any{"type": info.Type.MIME})
	}
	if info, err = Probe(f, info.Size, info.Type); err != nil {
		return Info{}, err
	}
	return info, r.cfg.Limits.Check(info)
}

// still runs the steps of one picture and cleans what came out.
func (r *Runner) still(ctx context.Context, s *scratch, info Info, plan still) (ImageSet, error) {
	if r.cfg.Vips == "" || r.cfg.Shell == "" {
		return r.stillWithoutVips(ctx, s, info, plan)
	}
	if err := r.vips(ctx, s, stillScript(plan)); err != nil {
		return ImageSet{}, err
	}
	var set ImageSet
	for _, n := range plan.names() {
		if err := cleanResult(s, n.name, n.kind); err != nil {
			return ImageSet{}, err
		}
	}
	var err error
	if set.Blurhash, set.Dominant, err = summary(s.path(plan.smallest())); err != nil {
		return ImageSet{}, err
	}
	return s.keepAll(set, plan.names())
}

type result struct {
	name string
	kind Type
}

func (p still) names() []result {
	var all []result
	for _, n := range p.webp {
		all = append(all, result{fmt.Sprintf("%s%d.webp", p.prefix, n), WebP})
	}
	for _, n := range p.jpeg {
		all = append(all, result{fmt.Sprintf("%s%d.jpg", p.prefix, n), JPEG})
	}
	return all
}

// smallest is the variant of which blurhash and colour are reckoned: a JPEG, which has no alpha.
func (p still) smallest() string { return fmt.Sprintf("%s%d.jpg", p.prefix, p.jpeg[len(p.jpeg)-1]) }

func (s *scratch) keepAll(set ImageSet, results []result) (ImageSet, error) {
	for _, n := range results {
		v, err := s.keep(n.name, n.kind)
		if err != nil {
			discard(set.Variants)
			return ImageSet{}, err
		}
		set.Variants = append(set.Variants, v)
	}
	return set, nil
}

func discard(variants []Variant) {
	for _, v := range variants {
		if v.Path != "" {
			os.Remove(v.Path)
		}
	}
}

// ownFile lets the following commands read vips' own format, which counts as untrusted: they read only what the
// command before has written.
const ownFile = "unset VIPS_BLOCK_UNTRUSTED\n"

// firstStep decodes the source to large.v in sRGB. Pictures without a profile are taken for sRGB; where that can't
// be, as they are grey or CMYK, vips finds its own way to sRGB (which for colours would change them slightly).
func firstStep(size string) string {
	step := fmt.Sprintf("vipsthumbnail %s -s '%s' -e srgb -o large.v", sourceName, size)
	return step + " -i srgb 2>first.log || " + step + "\n" + ownFile
}

// stillScript decodes once, to the largest size, and makes the others of that. All names are ours.
func stillScript(p still) string {
	webp, jpeg := "Q=80,strip", "Q=82,strip,optimize-coding,background=255"
	if !p.lossy {
		webp, jpeg = "Q=88,strip,smart-subsample", "Q=88,strip,optimize-coding,background=255"
	}
	largest := max(p.webp[0], p.jpeg[0])
	var b strings.Builder
	b.WriteString(firstStep(fmt.Sprintf("%dx%d>", largest, largest)))
	each := func(sizes []int, ext, options string) {
		for _, n := range sizes {
			fmt.Fprintf(&b, "vipsthumbnail large.v --no-rotate -s '%dx%d>' -o '%s%d.%s[%s]'\n", n, n, p.prefix, n, ext, options)
		}
	}
	each(p.jpeg, "jpg", jpeg)
	each(p.webp, "webp", webp)
	return b.String()
}

// vips runs a script of vips commands in the scratch directory, all in one child with one set of locks.
func (r *Runner) vips(ctx context.Context, s *scratch, script string) error {
	thumbnail := strings.TrimSuffix(r.cfg.Vips, "vips") + "vipsthumbnail"
	script = "set -e\n" + strings.NewReplacer("vipsthumbnail ", quote(thumbnail)+" ", "vips ", quote(r.cfg.Vips)+" ").Replace(script)
	err := r.run(ctx, task{
		name: "vips", wall: imageWall,
		spec: childSpec{
			Mode: modeExec, Argv: []string{r.cfg.Shell, "-c", script}, Dir: s.dir, Read: append(s.read, r.cfg.Vips, thumbnail, r.cfg.Shell),
			Env: []string{
				"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + s.dir, "TMPDIR=" + s.dir,
				"VIPS_BLOCK_UNTRUSTED=1", "MALLOC_ARENA_MAX=2", fmt.Sprintf("VIPS_CONCURRENCY=%d", r.cfg.Threads),
			},
			Memory: r.cfg.ImageMemory, CPU: imageCPU, File: imageFile,
		},
	})
	return blameFile(err)
}

// quote makes a path of the configuration one word of the shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// cleanResult scrubs what vips wrote: some versions leave EXIF with the place and the profile in WebP although
// told to strip.
func cleanResult(s *scratch, name string, t Type) error {
	in, err := os.Open(s.path(name))
	if err != nil {
		return &Refusal{Code: CodeBroken, cause: err}
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return fmt.Errorf("media result: %w", err)
	}
	out, err := os.Create(s.path(name + ".clean"))
	if err != nil {
		return fmt.Errorf("media result: %w", err)
	}
	err = errors.Join(scrubVariant(t, in, info.Size(), out), out.Close())
	if err != nil {
		return fmt.Errorf("media result %s: %w", name, err)
	}
	return os.Rename(s.path(name+".clean"), s.path(name))
}
