package files_test

import (
	"net/http"
	"strings"
	"testing"

	"allmende"
)

func TestY1_AFilmThatFitsIsShownAsItCameWithoutThePlace(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	m := h.ready(ada, gpsFilm)
	film, ok := m.Variant("mp4")
	if m.State != allmende.MediaDone || m.Kind != "video" || !ok || film.Width != 1920 || m.DurationMS < 1400 || len(m.Blurhash) < 20 {
		t.Fatalf("%+v", m)
	}
	h.publish(ada, allmende.AudPublic, m.ID)
	m = h.row(m.ID.String())
	for _, name := range []string{"mp4", "poster", "original"} {
		got := h.get(m.Path(name))
		if got.StatusCode != 200 {
			t.Errorf("%s: %d", name, got.StatusCode)
		}
		if told := tells(got.body); told != "" {
			t.Errorf("%s tells %s", name, told)
		}
	}
	part := h.get(m.Path("mp4"), "Range", "bytes=0-99")
	if part.StatusCode != http.StatusPartialContent || part.Header.Get("Content-Type") != "video/mp4" {
		t.Errorf("a part of the film: %d %s", part.StatusCode, part.Header.Get("Content-Type"))
	}
}

func TestY1_OtherFilmsAreEncoded(t *testing.T) {
	h := open(t, options{})
	film := generate(t, "a.webm", "-f", "lavfi", "-i", "testsrc=size=1280x720:rate=25:duration=2", "-f", "lavfi", "-i", "sine=duration=2",
		"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")
	sent := h.medium(h.send(h.member("ada"), "garten.webm", film), http.StatusCreated)
	h.work()
	m := h.row(sent.ID)
	v, _ := m.Variant("mp4")
	if m.State != allmende.MediaDone || v.Width != 640 || v.Height != 360 || m.Width != 1280 {
		t.Fatalf("%+v", m)
	}
	info := probe(t, h.get(m.Path("mp4")).body)
	if info.VideoCodec != "h264" || info.AudioCodec != "aac" {
		t.Errorf("%+v", info)
	}
	state := h.medium(h.ask("ada", http.MethodGet, "/api/media/"+sent.ID, nil), 200)
	if state.State != "done" || state.Progress != 100 || !strings.HasSuffix(state.URL, "/mp4.mp4") || !strings.HasSuffix(state.Preview, "/poster.jpg") {
		t.Errorf("%+v", state)
	}
	if got := h.get(m.Path("original")); got.StatusCode != 200 || got.Header.Get("Content-Type") != "video/webm" ||
		got.Header.Get("Content-Disposition") != "attachment; filename=garten.webm" {
		t.Errorf("the original: %d %v", got.StatusCode, got.Header)
	}
}

func TestM1_SoundsPlayEverywhereAndHaveAWave(t *testing.T) {
	h := open(t, options{})
	ada := h.member("ada")
	for _, path := range []string{shortMP3, shortOgg, shortWAV} {
		m := h.ready(ada, path)
		if m.State != allmende.MediaDone || m.Kind != "audio" || m.DurationMS < 1000 || strings.Count(m.Peaks, ",") < 50 {
			t.Fatalf("%s: %+v", path, m)
		}
		for name, end := range map[string]string{"opus": "/opus.opus", "aac": "/aac.m4a"} {
			got := h.get(m.Path(name))
			if got.StatusCode != 200 || !strings.HasSuffix(m.Path(name), end) || probe(t, got.body).DurationMS < 1000 {
				t.Errorf("%s %s: %d", path, m.Path(name), got.StatusCode)
			}
		}
		if got := h.get(m.Path("original")); got.StatusCode != 200 {
			t.Errorf("%s: the original: %d", path, got.StatusCode)
		}
	}
}

func TestT7_AMovingPictureBecomesAFilm(t *testing.T) {
	h := open(t, options{})
	gif := generate(t, "a.gif", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=1")
	sent := h.medium(h.send(h.member("ada"), "a.gif", gif), http.StatusCreated)
	h.work()
	m := h.row(sent.ID)
	if m.Kind != "video" || !m.Animated || m.Path("mp4") == "" || m.Path("poster") == "" {
		t.Fatalf("%+v", m)
	}
	if info := probe(t, h.get(m.Path("mp4")).body); info.VideoCodec != "h264" || info.AudioCodec != "" {
		t.Errorf("%+v", info)
	}
}
