package mediafile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

// VideoSet is what is needed for the first view of a film.
type VideoSet struct {
	Info     Info
	Direct   bool      // the pictures were copied, not encoded
	Variants []Variant // "first.mp4", and "poster.1280.webp" … "poster.640.jpg"
	Blurhash string    // of the poster
	Dominant string
}

const (
	copyStall = 5 * time.Minute // moving the index to the front of a long film reports no progress
	firstLong = 640             // pixels of the encoded first view: 640 x 360, or 360 x 640
	firstFull = 360
)

var posterSizes = []int{1280, 640}

// Video makes a film that every browser plays, as fast as can be: a fitting one is only repacked, any other gets
// one small rendition. info is Runner.Probe's. progress, if not nil, hears from 0 to 1. The picture is turned by
// the player when copied, and upright when encoded. No place, device or date is left in it.
func (r *Runner) Video(ctx context.Context, src string, info Info, outDir string, progress func(float64)) (VideoSet, error) {
	if err := r.cfg.Limits.Check(info); err != nil {
		return VideoSet{}, err
	}
	if info.VideoCodec == "" {
		return VideoSet{}, refuse(CodeTypeMismatch, map[string]any{"type": info.Type.MIME})
	}
	s, err := begin(src, outDir)
	if err != nil {
		return VideoSet{}, err
	}
	defer s.end()
	set := VideoSet{Info: info, Direct: r.direct(info)}
	e := encode{info: info, args: r.encodeArgs(info), progress: progress}
	if set.Direct {
		e.args, e.stall = copyArgs(info), copyStall
	}
	// The poster is made meanwhile, so that a copied film need not wait for it.
	type made struct {
		ImageSet
		err error
	}
	posters := make(chan made, 1)
	go func() {
		p, err := r.poster(ctx, src, outDir, info)
		posters <- made{p, err}
	}()
	var first Variant
	if err = r.ffmpeg(ctx, s, e); err == nil {
		first, err = keepMP4(s, "first.mp4")
	}
	poster := <-posters
	if err == nil && RefusalCode(poster.err) != "" { // a film without a poster is still a film
		r.cfg.Log.WarnContext(ctx, "made no poster", "error", poster.err)
		poster.err = nil
	}
	if err = errors.Join(err, poster.err); err != nil {
		discard(append(poster.Variants, first))
		return VideoSet{}, err
	}
	set.Variants = append([]Variant{first}, poster.Variants...)
	set.Blurhash, set.Dominant = poster.Blurhash, poster.Dominant
	return set, nil
}

// direct says whether browsers play the pictures as they are.
func (r *Runner) direct(i Info) bool {
	plain := i.VideoCodec == "h264" && i.PixFmt == "yuv420p" && i.Profile != 0 && !i.HDR
	if !plain || i.DurationMS == 0 || i.Width%2 != 0 || i.Height%2 != 0 {
		return false
	}
	return i.Size*8/i.DurationMS*1000 <= r.cfg.Limits.DirectBitrate
}

// outMP4 is what all MP4 files of ours have in common: the index in front, nothing of the source's metadata.
func outMP4(name string) []string {
	return []string{
		"-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-movflags", "+faststart",
		"-max_muxing_queue_size", "4096", "-f", "mp4", "file:" + name,
	}
}

func copyArgs(i Info) []string {
	args := []string{"-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy"}
	if i.AudioCodec == "aac" {
		args = append(args, "-c:a", "copy")
	} else {
		args = append(args, aac...)
	}
	return append(args, outMP4("first.mp4")...)
}

var aac = []string{"-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"}

func (r *Runner) encodeArgs(i Info) []string {
	w, h := firstSize(i)
	filter := fmt.Sprintf("scale=%d:%d:flags=bicubic,setsar=1", w, h)
	if i.HDR {
		filter = fmt.Sprintf("zscale=w=%d:h=%d:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,setsar=1", w, h)
	}
	args := []string{
		"-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-vf", filter + ",format=yuv420p", "-fpsmax", strconv.Itoa(r.cfg.Limits.VideoFPS),
		"-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23", "-maxrate", "1000k", "-bufsize", "2000k",
		"-force_key_frames", "expr:gte(t,n_forced*2)", "-threads:v", strconv.Itoa(r.cfg.Threads),
		"-t", strconv.Itoa(r.cfg.Limits.Seconds + 60), // a header may lie about the length
	}
	return append(append(args, aac...), outMP4("first.mp4")...)
}

// firstSize is the size of the first view: within 640 x 360 either way up, even, never enlarged.
func firstSize(i Info) (w, h int) {
	scale := min(1, firstLong/float64(max(i.Width, i.Height)), firstFull/float64(min(i.Width, i.Height)))
	return even(float64(i.Width) * scale), even(float64(i.Height) * scale)
}

func even(f float64) int { return max(2, int(f/2+0.5)*2) }

// keepMP4 blanks what user data the muxer wrote, then keeps the file: no place survives, whatever the version.
func keepMP4(s *scratch, name string) (Variant, error) {
	f, err := os.OpenFile(s.path(name), os.O_RDWR, 0)
	if err != nil {
		return Variant{}, &Refusal{Code: CodeBroken, cause: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	blanks, _, err := findBlanks(newWindow(f, info.Size()))
	if err != nil {
		return Variant{}, fmt.Errorf("media result %s: %w", name, err)
	}
	for _, b := range blanks {
		if _, err := f.WriteAt([]byte("free"), b.start+4); err != nil {
			return Variant{}, fmt.Errorf("media result: %w", err)
		}
		if _, err := f.WriteAt(make([]byte, b.end-b.body), b.body); err != nil {
			return Variant{}, fmt.Errorf("media result: %w", err)
		}
	}
	t := MP4
	if name == audioM4A {
		t = M4A
	}
	return s.keep(name, t)
}

// poster takes a frame from the first tenth, or the very first when there is none, and makes pictures of it.
func (r *Runner) poster(ctx context.Context, src, outDir string, info Info) (ImageSet, error) {
	s, err := begin(src, outDir)
	if err != nil {
		return ImageSet{}, err
	}
	defer s.end()
	at := min(float64(info.DurationMS)/10_000, 5)
	take := func(at float64) error {
		return r.ffmpeg(ctx, s, encode{
			info: info, before: []string{"-ss", strconv.FormatFloat(at, 'f', 3, 64)},
			args: []string{"-map", "0:v:0", "-an", "-frames:v", "1", "-vf", "scale='min(1280,iw)':-2", "-map_metadata", "-1", "-f", "image2", "-c:v", "png", "file:poster.png"},
		})
	}
	err = take(at)
	if _, missing := os.Stat(s.path("poster.png")); err == nil && missing != nil {
		err = take(0)
	}
	if err != nil {
		return ImageSet{}, err
	}
	head, err := r.probeImage(s.path("poster.png"))
	if err != nil {
		return ImageSet{}, err
	}
	if err := s.resource("poster.png"); err != nil {
		return ImageSet{}, err
	}
	return r.still(ctx, s, head, still{prefix: "poster.", webp: fitting(posterSizes, head), jpeg: posterSizes[1:], lossy: true})
}

// resource makes a file of the scratch directory the source of what follows.
func (s *scratch) resource(name string) error {
	if err := os.Remove(s.path(sourceName)); err != nil {
		return fmt.Errorf("media directory: %w", err)
	}
	if err := os.Rename(s.path(name), s.path(sourceName)); err != nil {
		return fmt.Errorf("media directory: %w", err)
	}
	return nil
}

// gifMovie makes a silent film of a moving picture, on white where it is transparent.
func (r *Runner) gifMovie(ctx context.Context, s *scratch, info Info) (Variant, error) {
	if info.Type == WebP { // ffmpeg can't read moving WebP, vips can
		if err := r.vips(ctx, s, "vips copy '"+sourceName+"[n=-1]' moving.gif\n"); err != nil {
			return Variant{}, err
		}
		if err := s.resource("moving.gif"); err != nil {
			return Variant{}, err
		}
	}
	w, h := even(float64(info.Width)*shrinkTo(info, 1280)), even(float64(info.Height)*shrinkTo(info, 1280))
	filter := fmt.Sprintf("[0:v]format=rgba,split[a][b];[a]lutrgb=r=255:g=255:b=255:a=255[white];[white][b]overlay=format=auto,scale=%d:%d,setsar=1,format=yuv420p", w, h)
	args := []string{
		"-filter_complex", filter, "-an", "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
		"-threads:v", strconv.Itoa(r.cfg.Threads),
	}
	err := r.ffmpeg(ctx, s, encode{info: info, format: "gif", args: append(args, outMP4("gifv.mp4")...)})
	if err != nil {
		return Variant{}, err
	}
	return keepMP4(s, "gifv.mp4")
}

func shrinkTo(i Info, long int) float64 { return min(1, float64(long)/float64(max(i.Width, i.Height))) }
