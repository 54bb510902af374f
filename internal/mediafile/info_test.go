package mediafile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"allmende/internal/mediafile"
)

func TestHeadersOfPhotosAreRead(t *testing.T) {
	for path, want := range map[string]mediafile.Info{
		gpsPhoto:                               {Width: 4000, Height: 3000, Orientation: 1},
		gpsTurned:                              {Width: 4000, Height: 3000, Orientation: 3},
		canon:                                  {Width: 1280, Height: 960, Orientation: 1},
		samples + "pic1/debian.png":            {Width: 800, Height: 600, Orientation: 1},
		samples + "pic1/debian_logo.jpg":       {Width: 299, Height: 394, Orientation: 1},
		samples + "pic1/empty.jpg":             {Width: 161, Height: 1, Orientation: 1},
		samples + "pic2/d-debian.jpg":          {Width: 800, Height: 600, Orientation: 1},
		write(t, "g", animation(t, 40, 30, 7)): {Width: 40, Height: 30, Orientation: 1, Frames: 7, DurationMS: 700},
	} {
		got := probe(t, path)
		if want.Frames == 0 {
			want.Frames = 1
		}
		if got.Width != want.Width || got.Height != want.Height || got.Orientation != want.Orientation || got.Frames != want.Frames ||
			got.DurationMS != want.DurationMS || !got.Complete {
			t.Errorf("%s: %+v, want %+v", filepath.Base(path), got, want)
		}
	}
}

func TestATurnedPNGSwapsItsSides(t *testing.T) {
	b := withChunk(encodePNG(t, gradient(60, 40)), "eXIf", exifBlock(6))
	if got := probeBytes(t, b); got.Width != 40 || got.Height != 60 || got.Orientation != 6 {
		t.Errorf("%+v, want 40 x 60 with orientation 6", got)
	}
}

func vipsConvert(t testing.TB, src, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("vips", "copy", src, path).CombinedOutput(); err != nil {
		t.Fatalf("vips: %v\n%s", err, out)
	}
	return path
}

func TestHeadersOfWebPAndAVIFAreRead(t *testing.T) {
	src := write(t, "a.png", encodePNG(t, gradient(61, 43)))
	for _, name := range []string{"a.webp", "a.webp[lossless]", "a.avif"} {
		path := vipsConvert(t, src, name)
		if i := len(path) - len("[lossless]"); path[len(path)-1] == ']' {
			path = path[:i]
		}
		got := probe(t, path)
		if got.Width != 61 || got.Height != 43 || got.Frames != 1 || got.Animated() {
			t.Errorf("%s: %+v", name, got)
		}
	}
	moving := probe(t, vipsConvert(t, write(t, "a.gif", animation(t, 40, 30, 5))+"[n=-1]", "m.webp"))
	if moving.Frames != 5 || !moving.Animated() || moving.Width != 40 || moving.Height != 30 {
		t.Errorf("moving WebP: %+v", moving)
	}
}

func TestHeadersOfFilmsAreRead(t *testing.T) {
	source := []string{"-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=1", "-f", "lavfi", "-i", "sine=duration=1"}
	with := func(name string, args ...string) string { return generate(t, name, append(source, args...)...) }
	turned := write(t, "t.mp4", turnFilm(t, load(t, with("s.mp4", "-pix_fmt", "yuv420p"))))
	for name, c := range map[string]struct {
		path string
		want mediafile.Info
	}{
		"phone":  {gpsFilm, mediafile.Info{Width: 1920, Height: 1080, VideoCodec: "h264", Profile: 100, PixFmt: "yuv420p", AudioCodec: "aac", SampleRate: 48000, DurationMS: 1600}},
		"720p":   {film720, mediafile.Info{Width: 1280, Height: 720, VideoCodec: "h264", Profile: 100, PixFmt: "yuv420p", AudioCodec: "aac", SampleRate: 48000, DurationMS: 8320}},
		"old":    {longFilm, mediafile.Info{Width: 480, Height: 352, VideoCodec: "h264", Profile: 66, PixFmt: "yuv420p", AudioCodec: "aac", SampleRate: 44100, DurationMS: 180256}},
		"444":    {with("a.mp4", "-pix_fmt", "yuv444p"), mediafile.Info{Width: 320, Height: 180, VideoCodec: "h264", Profile: 244, AudioCodec: "aac", SampleRate: 44100, DurationMS: 1000}},
		"hevc":   {with("h.mp4", "-c:v", "libx265", "-x265-params", "log-level=error", "-tag:v", "hvc1"), mediafile.Info{Width: 320, Height: 180, VideoCodec: "hevc", AudioCodec: "aac", SampleRate: 44100, DurationMS: 1000}},
		"mov":    {with("m.mov", "-c:a", "pcm_s16le", "-pix_fmt", "yuv420p"), mediafile.Info{Width: 320, Height: 180, VideoCodec: "h264", Profile: 100, PixFmt: "yuv420p", AudioCodec: "pcm", SampleRate: 44100, DurationMS: 1000}},
		"turned": {turned, mediafile.Info{Width: 180, Height: 320, Rotation: 90, VideoCodec: "h264", Profile: 100, PixFmt: "yuv420p", AudioCodec: "aac", SampleRate: 44100, DurationMS: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			got := probe(t, c.path)
			if d := got.DurationMS - c.want.DurationMS; d < -60 || d > 60 {
				t.Errorf("%d ms, want %d", got.DurationMS, c.want.DurationMS)
			}
			if got.FPS < 24 || got.FPS > 31 {
				t.Errorf("%.1f frames a second", got.FPS)
			}
			want := c.want
			want.Type, want.Size, want.Orientation, want.Complete, want.Channels = got.Type, got.Size, 1, true, got.Channels
			want.DurationMS, want.FPS = got.DurationMS, got.FPS
			if got != want {
				t.Errorf("\n got %+v\nwant %+v", got, want)
			}
		})
	}
}

// turnFilm writes into the first track header that players must turn the picture by 90 degrees clockwise.
func turnFilm(t testing.TB, b []byte) []byte {
	t.Helper()
	at := bytes.Index(b, []byte("tkhd"))
	if at < 0 || b[at+4] != 0 {
		t.Fatal("no track header of version 0")
	}
	matrix := b[at+4+40:]
	for i, v := range []uint32{0, 1 << 16, 0, 0xffff0000, 0, 0, 0, 0, 1 << 30} {
		binary.BigEndian.PutUint32(matrix[4*i:], v)
	}
	return b
}

func TestSoundOnlyMP4IsASound(t *testing.T) {
	path := generate(t, "a.mp4", "-f", "lavfi", "-i", "sine=duration=1")
	if got := probe(t, path); got.Type != mediafile.M4A || got.AudioCodec != "aac" {
		t.Errorf("%+v", got)
	}
}

func TestHeadersOfSoundsAreRead(t *testing.T) {
	tone := []string{"-f", "lavfi", "-i", "sine=duration=2.5:sample_rate=44100"}
	with := func(name string, args ...string) string { return generate(t, name, append(tone, args...)...) }
	for name, c := range map[string]struct {
		path  string
		codec string
		ms    int64
		rate  int
	}{
		"mp3":              {longMP3, "mp3", 108068, 44100},
		"short mp3":        {shortMP3, "mp3", 5433, 44100},
		"variable mp3":     {with("v.mp3", "-q:a", "5"), "mp3", 2500, 44100},
		"mp3 without head": {with("c.mp3", "-b:a", "64k", "-write_xing", "0"), "mp3", 2500, 44100},
		"ogg":              {shortOgg, "vorbis", 5406, 44100},
		"opus":             {with("o.opus"), "opus", 2500, 48000},
		"flac":             {with("f.flac"), "flac", 2500, 44100},
		"wav":              {shortWAV, "pcm", 5406, 44100},
		"m4a":              {with("m.m4a"), "aac", 2500, 44100},
	} {
		t.Run(name, func(t *testing.T) {
			got := probe(t, c.path)
			if d := got.DurationMS - c.ms; d < -60 || d > 60 || got.AudioCodec != c.codec || got.SampleRate != c.rate || got.Channels < 1 || !got.Complete {
				t.Errorf("%+v, want %s of %d ms at %d", got, c.codec, c.ms, c.rate)
			}
		})
	}
}

func TestOddContainersAreAskedOfFFprobe(t *testing.T) {
	r := runner(t)
	source := []string{"-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=1", "-f", "lavfi", "-i", "sine=duration=1"}
	for name, c := range map[string]struct {
		path         string
		video, sound string
		kind         mediafile.Kind
	}{
		"webm":           {generate(t, "a.webm", append(source, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-deadline", "realtime", "-c:a", "libopus")...), "vp9", "opus", mediafile.Video},
		"mkv":            {generate(t, "a.mkv", append(source, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")...), "h264", "aac", mediafile.Video},
		"sound in webm":  {generate(t, "b.webm", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "libopus"), "", "opus", mediafile.Audio},
		"fragmented mp4": {generate(t, "f.mp4", append(source, "-pix_fmt", "yuv420p", "-movflags", "frag_keyframe+empty_moov")...), "h264", "aac", mediafile.Video},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := r.Probe(context.Background(), c.path, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if got.VideoCodec != c.video || got.AudioCodec != c.sound || got.Type.Kind != c.kind || got.DurationMS < 950 || got.DurationMS > 1100 {
				t.Errorf("%+v", got)
			}
			if c.video != "" && (got.Width != 320 || got.Height != 180 || got.FPS < 24 || got.FPS > 26) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// bomb is a PNG of 20,000 x 20,000 pixels by its header; whether it holds them does not matter.
func bomb() []byte {
	head := make([]byte, 13)
	binary.BigEndian.PutUint32(head, 20000)
	binary.BigEndian.PutUint32(head[4:], 20000)
	head[8], head[9] = 8, 2
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = append(append(b, head...), 0, 0, 0, 0)
	return append(b, "\x00\x00\x00\x00IEND\xaeB`\x82"...)
}

func TestLimits(t *testing.T) {
	r := runner(t)
	for name, c := range map[string]struct {
		path func() string
		code string
	}{
		"a bomb of 400 megapixels":    {func() string { return write(t, "b.png", bomb()) }, mediafile.CodeTooManyPix},
		"a picture of 40 MB":          {func() string { return write(t, "l.jpg", append(load(t, gpsPhoto), make([]byte, 34<<20)...)) }, mediafile.CodeTooLarge},
		"a playlist named like video": {func() string { return write(t, "p.mp4", []byte("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n")) }, mediafile.CodeUnknownType},
		"a film of 8K": {func() string {
			return generate(t, "8k.mp4", "-f", "lavfi", "-i", "color=size=7680x4320:duration=0.04", "-preset", "ultrafast")
		}, mediafile.CodeTooManyPix},
		"a film of 120 frames a second": {func() string {
			return generate(t, "f.mp4", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=120:duration=1")
		}, mediafile.CodeTooFast},
		"a sound of four hours": {func() string {
			return generate(t, "l.flac", "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "14400")
		}, mediafile.CodeTooLong},
		"a page like a GIF": {func() string { return write(t, "p.gif", polyglot) }, mediafile.CodeBroken},
		"a good photo":      {func() string { return gpsPhoto }, ""},
		"a good film":       {func() string { return gpsFilm }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Probe(context.Background(), c.path(), t.TempDir())
			if c.code == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			wantCode(t, err, c.code)
		})
	}
}

func TestCutHeadersAreBroken(t *testing.T) {
	for _, path := range []string{gpsPhoto, samples + "pic1/debian.png", shortMP3, shortWAV, gpsFilm, shortOgg} {
		b := load(t, path)
		kind, err := sniff(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{12, 16, 20} {
			_, err := mediafile.Probe(bytes.NewReader(b[:n]), int64(n), kind)
			if mediafile.RefusalCode(err) != mediafile.CodeBroken {
				t.Errorf("%s cut to %d bytes: %v", filepath.Base(path), n, err)
			}
		}
	}
}

func TestDeepAndManyBoxesEnd(t *testing.T) {
	var b []byte
	for range 200_000 {
		b = append(b, 0, 0, 0, 8, 'f', 'r', 'e', 'e')
	}
	head := []byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom")
	many := append(head, b...)
	_, err := mediafile.Probe(bytes.NewReader(many), int64(len(many)), mediafile.MP4)
	wantCode(t, err, mediafile.CodeBroken)
	nested := append([]byte(nil), head...)
	for i := range 10_000 {
		nested = binary.BigEndian.AppendUint32(nested, uint32(8*(10_000-i)))
		nested = append(nested, []string{"moov", "trak", "mdia"}[min(i, 2)]...)
	}
	_, err = mediafile.Probe(bytes.NewReader(nested), int64(len(nested)), mediafile.MP4)
	wantCode(t, err, mediafile.CodeBroken)
}

func ExampleLimits_CheckSize() {
	err := mediafile.DefaultLimits().CheckSize(mediafile.Image, 40<<20)
	fmt.Println(mediafile.RefusalCode(err))
	// Output: media.too_large
}
