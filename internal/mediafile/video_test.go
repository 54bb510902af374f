package mediafile_test

import (
	"bytes"
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"allmende/internal/mediafile"
)

func video(t testing.TB, r *mediafile.Runner, src string, progress func(float64)) mediafile.VideoSet {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	info, err := r.Probe(ctx, src, t.TempDir())
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	set, err := r.Video(ctx, src, info, dir, progress)
	if err != nil {
		t.Fatalf("Video: %v", err)
	}
	if extra := leftovers(t, dir, set.Variants); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
	return set
}

func names(variants []mediafile.Variant) string {
	var all []string
	for _, v := range variants {
		all = append(all, v.Name)
	}
	return strings.Join(all, " ")
}

func TestAPhonesFilmIsPublishedWithoutEncodingAndWithoutThePlace(t *testing.T) {
	set := video(t, runner(t), gpsFilm, nil)
	if !set.Direct || names(set.Variants) != "first.mp4 poster.1280.webp poster.640.webp poster.640.jpg" {
		t.Errorf("direct %v, made %s", set.Direct, names(set.Variants))
	}
	first := set.Variants[0]
	b := load(t, first.Path)
	for _, word := range []string{place, "\xa9xyz", "loci", "location", "Lavf", "2019"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("the film holds %q", word)
		}
	}
	if i, j := bytes.Index(b, []byte("moov")), bytes.Index(b, []byte("mdat")); i < 0 || i > j {
		t.Errorf("index at %d, pictures at %d: it can't start while loading", i, j)
	}
	if first.Width != 1920 || first.Height != 1080 || first.DurationMS < 1500 || first.DurationMS > 1700 {
		t.Errorf("%+v", first)
	}
	if streams(t, gpsFilm, "v") != streams(t, first.Path, "v") {
		t.Error("the pictures have changed")
	}
	if len(set.Blurhash) < 20 || set.Variants[1].Width != 1280 {
		t.Errorf("poster: %q %+v", set.Blurhash, set.Variants[1])
	}
}

// streams is a checksum of the encoded packets of one kind.
func streams(t testing.TB, path, kind string) string {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:"+kind, "-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "streamhash", "-").Output()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return string(out)
}

func TestOtherFilmsGetASmallRendition(t *testing.T) {
	r := runner(t)
	source := []string{"-f", "lavfi", "-i", "testsrc=size=800x450:rate=25:duration=1", "-f", "lavfi", "-i", "sine=duration=1"}
	with := func(name string, args ...string) string {
		return generate(t, name, append(slices.Clone(source), args...)...)
	}
	only := func(name, size string, args ...string) string {
		return generate(t, name, append([]string{"-f", "lavfi", "-i", "testsrc=size=" + size + ":rate=25:duration=1"}, args...)...)
	}
	fast := []string{"-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime"}
	for name, c := range map[string]struct {
		src    string
		direct bool
		w, h   int
		sound  string
	}{
		"webm":             {with("a.webm", append(fast, "-c:a", "libopus")...), false, 640, 360, "aac"},
		"444":              {with("b.mp4", "-pix_fmt", "yuv444p"), false, 640, 360, "aac"},
		"hevc in ten bits": {only("c.mp4", "640x480", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error"), false, 480, 360, ""},
		"hdr":              {only("d.mp4", "640x360", "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-color_trc", "arib-std-b67", "-color_primaries", "bt2020", "-colorspace", "bt2020nc", "-x265-params", "log-level=error"), false, 640, 360, ""},
		"odd sizes":        {only("e.webm", "321x181", fast...), false, 322, 182, ""},
		"upright":          {only("f.webm", "360x640", fast...), false, 360, 640, ""},
		"mkv of phones":    {with("g.mkv", "-pix_fmt", "yuv420p", "-c:a", "aac"), true, 800, 450, "aac"},
		"raw sound":        {with("h.mov", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le"), true, 800, 450, "aac"},
		"silent":           {only("i.mp4", "320x180", "-pix_fmt", "yuv420p"), true, 320, 180, ""},
		"turned":           {write(t, "j.mp4", turnFilm(t, load(t, only("j0.mp4", "320x180", "-pix_fmt", "yuv420p")))), true, 180, 320, ""},
		"turned 444":       {write(t, "k.mp4", turnFilm(t, load(t, only("k0.mp4", "320x180", "-pix_fmt", "yuv444p")))), false, 180, 320, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var heard []float64
			set := video(t, r, c.src, func(f float64) { heard = append(heard, f) })
			got := probe(t, set.Variants[0].Path)
			if set.Direct != c.direct || got.Width != c.w || got.Height != c.h || got.VideoCodec != "h264" || got.PixFmt != "yuv420p" || got.AudioCodec != c.sound {
				t.Errorf("direct %v, %+v", set.Direct, got)
			}
			if got.DurationMS < 950 || got.DurationMS > 1150 {
				t.Errorf("%d ms", got.DurationMS)
			}
			if !slices.IsSorted(heard) || len(heard) == 0 || heard[len(heard)-1] < 0.9 {
				t.Errorf("progress %v", heard)
			}
			poster := set.Variants[1]
			if (poster.Width > poster.Height) != (c.w > c.h) {
				t.Errorf("the film is %d x %d, its poster %d x %d", c.w, c.h, poster.Width, poster.Height)
			}
		})
	}
}

func TestAFilmAboveTheBitrateIsEncoded(t *testing.T) {
	limits := mediafile.DefaultLimits()
	limits.DirectBitrate = 1_000_000
	r, err := mediafile.NewRunner(mediafile.Config{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	if set := video(t, r, gpsFilm, nil); set.Direct || set.Variants[0].Width != 640 {
		t.Errorf("direct %v, %+v", set.Direct, set.Variants[0])
	}
}

func TestBadFilmsAreRefusedAndLeaveNothing(t *testing.T) {
	r, film := runner(t), load(t, film720)
	moov := bytes.Index(film, []byte("moov")) - 4
	noise := bytes.Repeat([]byte("allmende"), 5000)
	for name, c := range map[string]struct {
		body []byte
		info mediafile.Info
		code string
	}{
		"a playlist that says it is a film": {[]byte("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), mediafile.Info{}, mediafile.CodeBroken},
		"a script of files":                 {[]byte("ffconcat version 1.0\nfile '/etc/passwd'\n"), mediafile.Info{}, mediafile.CodeBroken},
		"noise":                             {noise, mediafile.Info{}, mediafile.CodeBroken},
		"an index without pictures":         {append([]byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom"), film[moov:]...), mediafile.Info{}, mediafile.CodeBroken},
		"only sound":                        {noise, mediafile.Info{AudioCodec: "aac"}, mediafile.CodeBroken},
	} {
		t.Run(name, func(t *testing.T) {
			info := mediafile.Info{Type: mediafile.MP4, Size: int64(len(c.body)), Width: 320, Height: 180, VideoCodec: "hevc", DurationMS: 1000}
			if c.info.AudioCodec != "" {
				info.VideoCodec, c.code = "", mediafile.CodeTypeMismatch
			}
			dir := t.TempDir()
			set, err := r.Video(context.Background(), write(t, "x.mp4", c.body), info, dir, nil)
			wantCode(t, err, c.code)
			if extra := leftovers(t, dir, nil); len(extra) > 0 || len(set.Variants) > 0 {
				t.Errorf("left behind: %v", extra)
			}
		})
	}
}

func TestACutFilmShowsWhatThereIs(t *testing.T) {
	front := generate(t, "a.mp4", "-i", film720, "-c", "copy", "-movflags", "+faststart")
	b := load(t, front)
	set := video(t, runner(t), write(t, "cut.mp4", b[:len(b)/2]), nil)
	if first := set.Variants[0]; first.DurationMS < 2000 || first.DurationMS > 6500 {
		t.Errorf("%+v, want about the first half of 8 s", first)
	}
}
