package mediafile_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"allmende/internal/mediafile"
)

func scrub(t testing.TB, b []byte) []byte {
	t.Helper()
	kind, err := sniff(b)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := mediafile.Scrub(kind, bytes.NewReader(b), int64(len(b)), &out); err != nil {
		t.Fatalf("Scrub: %v", err)
	}
	return out.Bytes()
}

func pixels(t testing.TB, b []byte) image.Image {
	t.Helper()
	if bytes.HasPrefix(b, []byte("RIFF")) { // Go's decoder takes the narrow range of WebP for the full one
		b = load(t, vipsConvert(t, write(t, "a.webp", b), "a.png"))
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("decoding: %v", err)
	}
	return img
}

// private are traces that no scrubbed file may bear.
var private = []string{"GPS 52", "SERIAL", "Xiaomi", "Mi A3", "xmpmeta", "http://ns.adobe.com", "8BIM", "Photoshop", "laurel_sprout", "52.5N"}

func wantClean(t testing.TB, b []byte) {
	t.Helper()
	for _, word := range private {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("still holds %q", word)
		}
	}
	kind, err := sniff(b)
	if err != nil {
		t.Fatal(err)
	}
	e := mediafile.ReadExif(bytes.NewReader(b), int64(len(b)), kind)
	if e.GPS != nil || e.Camera != "" || e.Lens != "" || !e.TakenAt.IsZero() {
		t.Errorf("still tells %+v", e)
	}
}

func TestGPSPhotosLoseThePlaceAndKeepThePixels(t *testing.T) {
	for _, path := range gpsPhotos {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b := load(t, path)
			if e := mediafile.ReadExif(bytes.NewReader(b), int64(len(b)), mediafile.JPEG); e.GPS == nil {
				t.Fatal("the sample has no place, so nothing would be tested")
			}
			clean := scrub(t, b)
			wantClean(t, clean)
			if before, after := probeBytes(t, b), probeBytes(t, clean); before.Orientation != after.Orientation || before.Width != after.Width {
				t.Errorf("was %+v, is %+v", before, after)
			}
			was, is := pixels(t, b).(*image.YCbCr), pixels(t, clean).(*image.YCbCr)
			if !bytes.Equal(was.Y, is.Y) || !bytes.Equal(was.Cb, is.Cb) || !bytes.Equal(was.Cr, is.Cr) {
				t.Error("the pixels have changed")
			}
		})
	}
}

func jpegSegment(marker byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
}

func TestOnlyWhatDrawsAJPEGIsKept(t *testing.T) {
	b := scrub(t, load(t, samples+"pic2/d-debian.jpg"))
	profile := jpegSegment(0xe2, "ICC_PROFILE\x00\x01\x01profile")
	dirty := bytes.Join([][]byte{
		b[:2], jpegSegment(0xe1, "Exif\x00\x00"+string(exifBlock(8))), jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta/>"),
		jpegSegment(0xed, "Photoshop 3.0\x008BIM\x04\x04 52.5N"), profile, jpegSegment(0xe2, "MPF\x00GPS 52"), jpegSegment(0xfe, "SERIAL of the camera"),
		b[2:], []byte("behind the end: GPS 52"),
	}, nil)
	clean := scrub(t, dirty)
	wantClean(t, clean)
	if !bytes.Contains(clean, profile) {
		t.Error("the colour profile is gone")
	}
	if got := probeBytes(t, clean); got.Orientation != 8 {
		t.Errorf("orientation %d, want 8", got.Orientation)
	}
	if again := scrub(t, clean); !bytes.Equal(again, clean) {
		t.Error("scrubbing twice changes something")
	}
}

func TestAPNGLosesTextAndKeepsPixelsAndOrientation(t *testing.T) {
	b := encodePNG(t, gradient(60, 40))
	dirty := b
	for kind, body := range map[string]string{
		"tEXt": "Comment\x00SERIAL 1", "iTXt": "XML:com.adobe.xmp\x00\x00\x00\x00\x00<x:xmpmeta/>", "zTXt": "GPS 52\x00\x00", "tIME": "GPS 52x", "prVt": "GPS 52",
		"eXIf": string(exifBlock(6)),
	} {
		dirty = withChunk(dirty, kind, []byte(body))
	}
	dirty = withChunk(append(dirty, "behind the end: GPS 52"...), "pHYs", make([]byte, 9))
	clean := scrub(t, dirty)
	wantClean(t, clean)
	if got := probeBytes(t, clean); got.Orientation != 6 || got.Width != 40 {
		t.Errorf("%+v, want orientation 6", got)
	}
	if !bytes.Contains(clean, []byte("pHYs")) {
		t.Error("the harmless chunk is gone")
	}
	if !slices.Equal(pixels(t, clean).(*image.RGBA).Pix, pixels(t, b).(*image.RGBA).Pix) {
		t.Error("the pixels have changed")
	}
}

func TestAWebPOfVipsLosesThePlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.webp")
	if out, err := exec.Command("vipsthumbnail", gpsTurned, "--no-rotate", "-s", "640", "-e", "srgb", "-o", path+"[Q=80]").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	b := load(t, path)
	if !bytes.Contains(b, []byte("EXIF")) || !bytes.Contains(b, []byte("Xiaomi")) {
		t.Fatal("vips wrote no EXIF, so nothing would be tested")
	}
	clean := scrub(t, append(b, "behind"...))
	wantClean(t, clean)
	if bytes.Contains(clean, []byte("behind")) || int(binary.LittleEndian.Uint32(clean[4:]))+8 != len(clean) {
		t.Error("the length in the head is wrong")
	}
	if !bytes.Contains(clean, []byte("ICCP")) {
		t.Error("the colour profile is gone")
	}
	if got := probeBytes(t, clean); got.Width != 640 || got.Height != 480 || got.Orientation != 3 {
		t.Errorf("%+v", got)
	}
	if got := pixels(t, clean); got.Bounds().Dx() != 640 {
		t.Errorf("decoded %v", got.Bounds())
	}
	if out, err := exec.Command("vipsheader", write(t, "c.webp", clean)).CombinedOutput(); err != nil {
		t.Errorf("vips can't read it: %v %s", err, out)
	}
}

func TestAGIFLosesItsComments(t *testing.T) {
	b := animation(t, 40, 30, 4)
	at := bytes.Index(b, []byte{0x21, 0xf9})
	comment := "\x21\xfe\x06SERIAL\x00"
	xmp := "\x21\xff\x0bXMP DataXMP\x09<xmpmeta>\x00"
	clean := scrub(t, bytes.Join([][]byte{b[:at], []byte(comment + xmp), b[at:], []byte("<html>GPS 52")}, nil))
	wantClean(t, clean)
	if !bytes.Equal(clean, b) {
		t.Error("more has changed than the comments")
	}
}

// place is where the phone's film says it was taken, as it stands in the file.
const place = "-15.8355-048.0153"

func TestAFilmLosesThePlaceAndPlaysAsBefore(t *testing.T) {
	b := load(t, gpsFilm)
	if !bytes.Contains(b, []byte(place)) {
		t.Fatal("the sample has no place, so nothing would be tested")
	}
	clean := scrub(t, b)
	if bytes.Contains(clean, []byte(place)) || bytes.Contains(clean, []byte("\xa9xyz")) {
		t.Error("the place is still there")
	}
	if len(clean) != len(b) {
		t.Errorf("%d bytes, were %d", len(clean), len(b))
	}
	if a, b := frames(t, gpsFilm), frames(t, write(t, "c.mp4", clean)); a != b {
		t.Error("the frames have changed")
	}
}

// frames is a checksum of all decoded frames and samples.
func frames(t testing.TB, path string) string {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", path, "-f", "md5", "-").Output()
	if err != nil {
		t.Fatalf("decoding %s: %v", path, err)
	}
	return string(out)
}

func TestFilmsOfOtherDevicesLoseTheirPlaces(t *testing.T) {
	args := []string{"-f", "lavfi", "-i", "testsrc=size=64x48:duration=0.3", "-metadata", "location=+52.5000+013.4000/", "-metadata", "title=hello"}
	for name, path := range map[string]string{
		"apple keys": generate(t, "a.mov", append(args, "-movflags", "use_metadata_tags")...),
		"quicktime":  generate(t, "b.mov", args...),
		"3gpp loci":  generate(t, "c.3gp", append(args, "-c:v", "mpeg4", "-f", "3gp", "-brand", "isom")...),
	} {
		t.Run(name, func(t *testing.T) {
			b := load(t, path)
			if !bytes.Contains(b, []byte("52.5")) && !bytes.Contains(b, []byte("loci")) {
				t.Fatal("no place in the sample, so nothing would be tested")
			}
			b = append(b, "\x00\x00\x00\x18uuidGPS 52, SERIALxx"...)
			clean := scrub(t, b)
			wantClean(t, clean)
			for _, word := range []string{"52.5", "loci", "\xa9xyz", "location", "uuid"} {
				if bytes.Contains(clean, []byte(word)) {
					t.Errorf("still holds %q", word)
				}
			}
			if a, b := frames(t, path), frames(t, write(t, "x.mov", clean)); a != b {
				t.Error("the frames have changed")
			}
		})
	}
}

func TestAFilmWithATrackOfTextIsRepacked(t *testing.T) {
	r, ctx := runner(t), context.Background()
	subs := write(t, "s.srt", []byte("1\n00:00:00,000 --> 00:00:01,000\nGPS 52.5N 13.4E\n"))
	path := generate(t, "a.mp4", "-f", "lavfi", "-i", "testsrc=size=64x48:duration=1", "-i", subs, "-c:s", "mov_text", "-pix_fmt", "yuv420p")
	b := load(t, path)
	if !bytes.Contains(b, []byte("52.5N")) {
		t.Fatal("no place in the sample, so nothing would be tested")
	}
	err := mediafile.Scrub(mediafile.MP4, bytes.NewReader(b), int64(len(b)), &bytes.Buffer{})
	wantCode(t, err, mediafile.CodeNoScrub)
	info, err := r.Probe(ctx, path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	v, err := r.Scrub(ctx, path, info, dir, "original.mp4")
	if err != nil {
		t.Fatal(err)
	}
	if clean := load(t, v.Path); bytes.Contains(clean, []byte("52.5N")) || v.Size != int64(len(clean)) {
		t.Error("the place is still there")
	}
	if extra := leftovers(t, dir, []mediafile.Variant{v}); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
}

func TestSoundsKeepTheirTitleAndLoseTheRest(t *testing.T) {
	r, ctx := runner(t), context.Background()
	for _, ext := range []string{".mp3", ".flac", ".ogg", ".opus", ".wav", ".mkv", ".webm", ".m4a"} {
		t.Run(ext, func(t *testing.T) {
			path := generate(t, "a"+ext, "-f", "lavfi", "-i", "sine=duration=1", "-metadata", "title=Hello there", "-metadata", "comment=SERIAL 4711 GPS 52.5N")
			if !bytes.Contains(load(t, path), []byte("SERIAL")) {
				t.Fatal("no comment in the sample, so nothing would be tested")
			}
			info, err := r.Probe(ctx, path, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			v, err := r.Scrub(ctx, path, info, t.TempDir(), "original"+ext)
			if err != nil {
				t.Fatal(err)
			}
			clean := load(t, v.Path)
			if bytes.Contains(clean, []byte("SERIAL")) {
				t.Error("the comment is still there")
			}
			if titled := bytes.Contains(clean, []byte("Hello there")); titled != (ext == ".mp3" || ext == ".flac" || ext == ".ogg" || ext == ".opus") {
				t.Errorf("title kept: %v", titled)
			}
			if a, b := frames(t, path), frames(t, v.Path); a != b {
				t.Error("the sound has changed")
			}
		})
	}
}

func TestAnAVIFWithEXIFIsNotScrubbed(t *testing.T) {
	plain := load(t, generate(t, "a.avif", "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", "-c:v", "libaom-av1", "-cpu-used", "8"))
	if clean := scrub(t, plain); !bytes.Equal(clean, plain) {
		t.Error("a clean AVIF has changed")
	}
	dirty := load(t, vipsConvert(t, canon, "b.avif"))
	if !bytes.Contains(dirty, []byte("PowerShot")) {
		t.Fatal("no EXIF in the sample, so nothing would be tested")
	}
	err := mediafile.Scrub(mediafile.AVIF, bytes.NewReader(dirty), int64(len(dirty)), &bytes.Buffer{})
	wantCode(t, err, mediafile.CodeNoScrub)
}

func TestScrubbingACutPhotoStillEndsIt(t *testing.T) {
	b := load(t, gpsPhoto)
	clean := scrub(t, b[:len(b)/2])
	wantClean(t, clean)
	if !bytes.HasSuffix(clean, []byte{0xff, 0xd9}) {
		t.Error("no end of the picture")
	}
}

func TestAFailedScrubLeavesNothing(t *testing.T) {
	r, dir := runner(t), t.TempDir()
	path := write(t, "a.jpg", load(t, gpsPhoto)[:3000])
	_, err := r.Scrub(context.Background(), path, mediafile.Info{Type: mediafile.JPEG}, dir, "original.jpg")
	wantCode(t, err, mediafile.CodeBroken)
	if extra, err := os.ReadDir(dir); err != nil || len(extra) > 0 {
		t.Errorf("left behind: %v %v", extra, err)
	}
}
