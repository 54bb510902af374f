package mediafile_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"allmende/internal/mediafile"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	os.Exit(m.Run())
}

// Samples that Debian's packages bring: forensics-samples-files and openboard-common.
const (
	samples   = "/usr/share/forensics-samples/original-files/"
	gpsPhoto  = samples + "pic2/IMG_20191224_234846.jpg" // 4000 x 3000, place
	gpsTurned = samples + "pic2/IMG_20200124_231153.jpg" // the same with orientation 3
	canon     = samples + "pic1/IMG_1054.JPG"
	gpsFilm   = samples + "movie1/VID_20191220_170832.mp4"
	film720   = samples + "movie2/movie-hello.mp4"
	shortMP3  = samples + "audio1/debian.mp3"
	shortOgg  = samples + "audio1/debian.ogg"
	shortWAV  = samples + "audio1/debian.wav"
	longFilm  = "/usr/share/openboard/library/videos/wannaworktogether.mp4"
	longMP3   = "/usr/share/openboard/library/audios/Sonata para piano.mp3"
)

// gpsPhotos all carry the place where they were taken.
var gpsPhotos = []string{
	gpsPhoto, gpsTurned, samples + "pic2/IMG_20200608_111614.jpg", samples + "pic1/IMG_20200827_231612.jpg",
}

func runner(t testing.TB) *mediafile.Runner {
	t.Helper()
	r, err := mediafile.NewRunner(mediafile.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if missing := r.Missing(); len(missing) > 0 {
		t.Fatalf("install the media tools: %v are missing", missing)
	}
	return r
}

// load reads a sample; a missing one fails the test, as nothing would be tested without it.
func load(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("install forensics-samples-files and openboard-common: %v", err)
	}
	return b
}

func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// generate lets ffmpeg make a file; args stand before its name.
func generate(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("ffmpeg", append(append([]string{"-nostdin", "-v", "error", "-y"}, args...), path)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	return path
}

func probe(t testing.TB, path string) mediafile.Info {
	t.Helper()
	b := load(t, path)
	return probeBytes(t, b)
}

func probeBytes(t testing.TB, b []byte) mediafile.Info {
	t.Helper()
	kind, err := mediafile.Sniff(b[:min(len(b), mediafile.SniffLen)], int64(len(b)))
	if err != nil {
		t.Fatalf("Sniff: %v", err)
	}
	info, err := mediafile.Probe(bytes.NewReader(b), int64(len(b)), kind)
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	return info
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	if got := mediafile.RefusalCode(err); got != code {
		t.Errorf("refusal %q (%v), want %q", got, err, code)
	}
}

// leftovers lists what lies in a directory besides the variants.
func leftovers(t testing.TB, dir string, variants []mediafile.Variant) []string {
	t.Helper()
	known := map[string]bool{}
	for _, v := range variants {
		known[filepath.Base(v.Path)] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var extra []string
	for _, e := range entries {
		if !known[e.Name()] {
			extra = append(extra, e.Name())
		}
	}
	return extra
}
