package mediafile_test

import (
	"bytes"
	"testing"

	"allmende/internal/mediafile"
)

// seeds are small files of all formats that Go makes without tools, so that fuzzing needs none.
func seeds(f *testing.F) {
	f.Helper()
	picture := encodePNG(f, gradient(16, 12))
	f.Add(picture)
	f.Add(withChunk(picture, "eXIf", exifBlock(6)))
	f.Add(withChunk(picture, "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0}))
	f.Add(animation(f, 8, 8, 3))
	f.Add(polyglot)
	f.Add(bomb())
	photo := load(f, samples+"pic1/empty.jpg")
	f.Add(photo)
	f.Add(bytes.Join([][]byte{photo[:2], jpegSegment(0xe1, "Exif\x00\x00"+string(exifBlock(8))), photo[2:]}, nil))
	film := load(f, gpsFilm)
	f.Add(film[:4096])
	if at := bytes.Index(film, []byte("moov")); at > 0 {
		f.Add(append([]byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom"), film[at-4:]...))
	}
	for _, path := range []string{shortMP3, shortOgg, shortWAV} {
		f.Add(load(f, path)[:8192])
	}
	f.Add([]byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x2c\x00\x00\x00\x07\x00\x00\x07\x00\x00VP8L\x00\x00\x00\x00"))
	f.Add([]byte("\x00\x00\x00\x14ftypavif\x00\x00\x00\x00avif\x00\x00\x00\x40meta\x00\x00\x00\x00\x00\x00\x00\x0epitm\x00\x00\x00\x00\x00\x01\x00\x00\x00\x26iprp\x00\x00\x00\x1cipco\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x10"))
	f.Add([]byte("fLaC\x00\x00\x00\x22\x10\x00\x10\x00\x00\x00\x00\x00\x00\x00\x0a\xc4\x42\xf0\x00\x01\xf4\x00"))
	f.Add([]byte("\x1a\x45\xdf\xa3\x93\x42\x82\x84webm"))
}

// FuzzHead: whatever the bytes, sniffing, probing and scrubbing come back, and what was scrubbed can be scrubbed
// again without a change.
func FuzzHead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, err := sniff(b)
		if err != nil {
			return
		}
		info, err := mediafile.Probe(bytes.NewReader(b), int64(len(b)), kind)
		if err != nil && mediafile.RefusalCode(err) == "" {
			t.Fatalf("no refusal but %v", err)
		}
		if info.Width < 0 || info.Height < 0 || info.DurationMS < 0 || info.Orientation < 1 || info.Orientation > 8 {
			t.Fatalf("%+v", info)
		}
		_ = mediafile.DefaultLimits().Check(info)
		var once, twice bytes.Buffer
		if err := mediafile.Scrub(kind, bytes.NewReader(b), int64(len(b)), &once); err != nil {
			if mediafile.RefusalCode(err) == "" {
				t.Fatalf("no refusal but %v", err)
			}
			return
		}
		if err := mediafile.Scrub(kind, bytes.NewReader(once.Bytes()), int64(once.Len()), &twice); err != nil {
			t.Fatalf("the scrubbed can't be scrubbed: %v", err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Fatal("scrubbing twice changes something")
		}
	})
}

// FuzzExif: metadata of any sort come back with sane values.
func FuzzExif(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		kind, err := sniff(b)
		if err != nil || kind.Kind != mediafile.Image {
			return
		}
		e := mediafile.ReadExif(bytes.NewReader(b), int64(len(b)), kind)
		if g := e.GPS; g != nil && !(g.Lat >= -90 && g.Lat <= 90 && g.Lon >= -180 && g.Lon <= 180) {
			t.Fatalf("a place off the earth: %+v", g)
		}
		if len([]rune(e.Title)) > 2000 || e.ISO < 0 || e.Aperture < 0 {
			t.Fatalf("%+v", e)
		}
	})
}

// FuzzTags runs in this process what is used in a child only; panics of the library must not get out.
func FuzzTags(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		mediafile.ReadTags(bytes.NewReader(b), int64(len(b)))
	})
}
