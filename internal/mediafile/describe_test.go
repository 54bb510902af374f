package mediafile_test

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"allmende/internal/mediafile"
)

func describe(t testing.TB, path string) mediafile.Description {
	t.Helper()
	r, ctx := runner(t), context.Background()
	info, err := r.Probe(ctx, path, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d, err := r.Describe(ctx, path, dir, info.Type)
	if err != nil {
		t.Fatal(err)
	}
	if extra := leftovers(t, dir, nil); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
	return d
}

func TestAPhotoTellsItsCameraTimeAndPlace(t *testing.T) {
	want := mediafile.Exif{
		Camera: "Xiaomi Mi A3", Exposure: "1/20", Aperture: 1.8, ISO: 1792, FocalLength: 4.7,
		TakenAt: time.Date(2020, 1, 24, 23, 11, 53, 0, time.UTC), GPS: &mediafile.LatLon{Lat: -15.83567, Lon: -48.015563972222225},
	}
	if diff := cmp.Diff(want, describe(t, gpsTurned).Exif); diff != "" {
		t.Error(diff)
	}
	if got := describe(t, canon).Exif; got.Camera != "Canon PowerShot SX530 HS" || got.Exposure != "1/800" || got.GPS != nil || got.Description != "" {
		t.Errorf("%+v", got)
	}
}

func TestWordsOfAPhotoAreRead(t *testing.T) {
	xmp := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Der Garten</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>Ada Beispiel</rdf:li></rdf:Seq></dc:creator>` +
		`<dc:subject><rdf:Bag><rdf:li>Beete</rdf:li><rdf:li>Mai</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>`
	b := load(t, canon)
	b = bytes.Join([][]byte{b[:2], jpegSegment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+xmp), b[2:]}, nil)
	got := describe(t, write(t, "a.jpg", b)).Exif
	if got.Title != "Der Garten" || got.Artist != "Ada Beispiel" || len(got.Keywords) != 2 || got.Keywords[1] != "Mai" || got.Camera == "" {
		t.Errorf("%+v", got)
	}
}

func TestBrokenWordsOfAPhotoAreNoFault(t *testing.T) {
	b := load(t, gpsPhoto)
	at := bytes.Index(b, []byte("Exif\x00\x00"))
	for i := at + 14; i < at+400; i++ {
		b[i] = 0xff
	}
	if got := describe(t, write(t, "a.jpg", b)).Exif; got.GPS != nil {
		t.Errorf("%+v", got)
	}
}

func TestASoundTellsTitleArtistAndCover(t *testing.T) {
	cover := samples + "pic1/debian_logo.png"
	for _, ext := range []string{".mp3", ".flac", ".m4a"} {
		t.Run(ext, func(t *testing.T) {
			path := generate(t, "a"+ext, "-f", "lavfi", "-i", "sine=duration=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic",
				"-metadata", "title=Morgen im Hof", "-metadata", "artist=Ada Beispiel", "-metadata", "album=Sommer")
			got := describe(t, path).Tags
			if got.Title != "Morgen im Hof" || got.Artist != "Ada Beispiel" || got.Album != "Sommer" {
				t.Errorf("%q %q %q", got.Title, got.Artist, got.Album)
			}
			if kind, err := sniff(got.Cover); err != nil || kind != mediafile.PNG {
				t.Errorf("cover of %d bytes: %v %v", len(got.Cover), kind, err)
			}
		})
	}
	if got := describe(t, shortOgg).Tags; got.Artist != "Eriberto Mota" || got.Year != 2020 {
		t.Errorf("%+v", got)
	}
	if got := describe(t, shortWAV).Tags; got.Title != "" || got.Cover != nil {
		t.Errorf("%+v", got)
	}
}

func TestAFileThatClaimsAHugeCoverHarmsNobody(t *testing.T) {
	flac := load(t, generate(t, "a.flac", "-f", "lavfi", "-i", "sine=duration=1"))
	// A picture block of 40 bytes whose picture is said to have 4 GB.
	block := append([]byte{6, 0, 0, 40}, make([]byte, 28)...)
	block = append(block, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0)
	bad := bytes.Join([][]byte{flac[:42], block, flac[42:]}, nil)
	r := runner(t)
	d, err := r.Describe(context.Background(), write(t, "a.flac", bad), t.TempDir(), mediafile.FLAC)
	if err == nil && d.Tags.Cover != nil {
		t.Errorf("a cover of %d bytes", len(d.Tags.Cover))
	}
	if _, err := os.Stat(os.Args[0]); err != nil {
		t.Fatal(err)
	}
}
