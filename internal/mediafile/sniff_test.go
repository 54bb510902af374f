package mediafile_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"strings"
	"testing"

	"allmende/internal/mediafile"
)

func sniff(b []byte) (mediafile.Type, error) {
	return mediafile.Sniff(b[:min(len(b), mediafile.SniffLen)], int64(len(b)))
}

func TestRealFilesAreKnownByTheirFirstBytes(t *testing.T) {
	tone := []string{"-f", "lavfi", "-i", "sine=duration=0.3"}
	picture := []string{"-f", "lavfi", "-i", "testsrc=size=64x48:duration=0.3"}
	for name, c := range map[string]struct {
		path string
		want mediafile.Type
	}{
		"jpeg":      {gpsPhoto, mediafile.JPEG},
		"png":       {samples + "pic1/debian.png", mediafile.PNG},
		"mp4":       {gpsFilm, mediafile.MP4},
		"other mp4": {longFilm, mediafile.MP4},
		"mp3":       {shortMP3, mediafile.MP3},
		"mp3 bare":  {generate(t, "a.mp3", append(tone, "-id3v2_version", "0", "-write_xing", "0")...), mediafile.MP3},
		"ogg":       {shortOgg, mediafile.Ogg},
		"wav":       {shortWAV, mediafile.WAV},
		"gif":       {generate(t, "a.gif", picture...), mediafile.GIF},
		"webp":      {generate(t, "a.webp", append(picture, "-frames:v", "1")...), mediafile.WebP},
		"avif":      {generate(t, "a.avif", append(picture, "-frames:v", "1", "-c:v", "libaom-av1", "-cpu-used", "8")...), mediafile.AVIF},
		"mov":       {generate(t, "a.mov", picture...), mediafile.MOV},
		"webm":      {generate(t, "a.webm", picture...), mediafile.WebM},
		"mkv":       {generate(t, "a.mkv", picture...), mediafile.MKV},
		"m4a":       {generate(t, "a.m4a", tone...), mediafile.M4A},
		"opus":      {generate(t, "a.opus", tone...), mediafile.Opus},
		"flac":      {generate(t, "a.flac", tone...), mediafile.FLAC},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := sniff(load(t, c.path)); err != nil || got != c.want {
				t.Errorf("Sniff gives %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestEverythingElseIsRefused(t *testing.T) {
	for name, body := range map[string]string{
		"svg":                  `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		"svg with xml head":    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`,
		"html":                 "<!doctype html><title>hello</title><p>hello world",
		"pdf":                  "%PDF-1.7\n1 0 obj\n<<>>\nendobj",
		"playlist":             "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
		"concat script":        "ffconcat version 1.0\nfile /etc/passwd\n",
		"zip":                  "PK\x03\x04aaaaaaaaaaaaaaaa",
		"program":              "\x7fELF\x02\x01\x01\x00aaaaaaaaaaaa",
		"script":               "#!/bin/sh\necho hello\necho world\n",
		"empty":                "",
		"eleven bytes":         "\xff\xd8\xff\xe0\x00\x10JFIF\x00",
		"riff of another kind": "RIFF\x20\x00\x00\x00AVI LISTaaaaaaaa",
		"one set of sync bits": "\xff\xfb\x90\x00" + strings.Repeat("a", 4000),
		"jpeg xl":              "\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a",
		"ftyp of another kind": "\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 aaaa",
		"ebml of another kind": "\x1a\x45\xdf\xa3\x93\x42\x82\x88webmaaaa"[:8] + "\x42\x82\x84mp4a",
		"tiff":                 "II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"bitmap":               "BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sniff([]byte(body))
			if got != (mediafile.Type{}) {
				t.Errorf("taken as %v", got)
			}
			wantCode(t, err, mediafile.CodeUnknownType)
		})
	}
	for _, path := range []string{
		"text1/a-text.pdf", "text1/a-text.docx", "text1/a-text.odt", "pic1/debian.ppm", "pic1/debian.xcf",
		"movie2/movie-hello.avi", "movie2/movie-hello.mpeg", "movie2/movie-hello.ogg", "text2/test.sh",
	} {
		_, err := sniff(load(t, samples+path))
		if mediafile.RefusalCode(err) != mediafile.CodeUnknownType {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestMoreHeadThanFileIsAMismatch(t *testing.T) {
	_, err := mediafile.Sniff(make([]byte, 100), 50)
	wantCode(t, err, mediafile.CodeTypeMismatch)
}

// polyglot is a page that begins like a GIF.
var polyglot = []byte("GIF89a/*\x00\x00\x00\x00*/=1;</script><script>alert(document.domain)</script><html><body>hello</body></html>")

func TestAPageThatBeginsLikeAGIFIsBroken(t *testing.T) {
	kind, err := sniff(polyglot)
	if err != nil || kind != mediafile.GIF {
		t.Fatalf("Sniff gives %v, %v", kind, err)
	}
	_, err = mediafile.Probe(bytes.NewReader(polyglot), int64(len(polyglot)), kind)
	wantCode(t, err, mediafile.CodeBroken)
}

// gradient is a picture without symmetry: red grows to the right, green downwards, and one corner is blue.
func gradient(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{R: uint8(x * 255 / w), G: uint8(y * 255 / h), A: 255}
			if x < w/4 && y < h/4 {
				c.B = 255
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withChunk puts a chunk behind IHDR.
func withChunk(b []byte, kind string, body []byte) []byte {
	const behind = 8 + 25
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, kind...), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	return bytes.Join([][]byte{b[:behind], c, b[behind:]}, nil)
}

// exifBlock is an EXIF block with an orientation, a body serial number and a place.
func exifBlock(orientation int) []byte {
	be := binary.BigEndian
	b := []byte("MM\x00*\x00\x00\x00\x08")
	b = be.AppendUint16(b, 3)
	entry := func(tag, kind uint16, count, value uint32) {
		b = be.AppendUint16(b, tag)
		b = be.AppendUint16(b, kind)
		b = be.AppendUint32(b, count)
		b = be.AppendUint32(b, value)
	}
	const serialAt, gpsAt, latAt, lonAt = 50, 64, 118, 142
	entry(0x0112, 3, 1, uint32(orientation)<<16)
	entry(0x8825, 4, 1, gpsAt)
	entry(0xa431, 2, 14, serialAt)
	b = append(be.AppendUint32(b, 0), "SERIAL-4711-X\x00"...)
	b = be.AppendUint16(b, 4)
	entry(1, 2, 2, uint32('N')<<24)
	entry(2, 5, 3, latAt)
	entry(3, 2, 2, uint32('E')<<24)
	entry(4, 5, 3, lonAt)
	b = be.AppendUint32(b, 0)
	for _, degrees := range []uint32{52, 13} {
		for _, n := range []uint32{degrees, 1, 30, 1, 0, 1} {
			b = be.AppendUint32(b, n)
		}
	}
	return b
}

func animation(t testing.TB, w, h, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for i := range frames {
		img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.Transparent, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}})
		for x := range w / 2 {
			for y := range h {
				img.SetColorIndex((x+i*5)%w, y, 1)
			}
		}
		g.Image, g.Delay, g.Disposal = append(g.Image, img), append(g.Delay, 10), append(g.Disposal, gif.DisposalBackground)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
