package mediafile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"allmende/internal/mediafile"
)

func audio(t testing.TB, r *mediafile.Runner, src string) mediafile.AudioSet {
	t.Helper()
	ctx, dir := context.Background(), t.TempDir()
	info, err := r.Probe(ctx, src, t.TempDir())
	if err != nil {
		t.Fatalf("Probe: %v", err)
	}
	set, err := r.Audio(ctx, src, info, dir, nil)
	if err != nil {
		t.Fatalf("Audio: %v", err)
	}
	if extra := leftovers(t, dir, set.Variants); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
	return set
}

func TestASoundBecomesOpusAndAAC(t *testing.T) {
	r := runner(t)
	tone := []string{"-f", "lavfi", "-i", "sine=duration=2"}
	for name, src := range map[string]string{
		"mp3": shortMP3, "ogg": shortOgg, "wav": shortWAV,
		"flac":           generate(t, "a.flac", tone...),
		"opus":           generate(t, "a.opus", tone...),
		"m4a":            generate(t, "a.m4a", tone...),
		"webm":           generate(t, "a.webm", append(tone, "-c:a", "libopus")...),
		"six channels":   generate(t, "s.flac", "-f", "lavfi", "-i", "sine=duration=2", "-ac", "6"),
		"with a picture": generate(t, "c.mp3", "-f", "lavfi", "-i", "sine=duration=2", "-i", samples+"pic1/debian_logo.png", "-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic"),
		"sound of film":  film720,
	} {
		t.Run(name, func(t *testing.T) {
			set := audio(t, r, src)
			if names(set.Variants) != "audio.opus audio.m4a" {
				t.Fatalf("made %s", names(set.Variants))
			}
			for i, want := range []string{"opus", "aac"} {
				got := probe(t, set.Variants[i].Path)
				if d := got.DurationMS - set.Info.DurationMS; got.AudioCodec != want || got.VideoCodec != "" || d < -150 || d > 150 {
					t.Errorf("%+v, want %s of %d ms", got, want, set.Info.DurationMS)
				}
			}
			if n := len(set.Peaks); n > 1000 || n < 190 || slices.Max(set.Peaks) == 0 {
				t.Errorf("%d peaks, highest %d", n, slices.Max(set.Peaks))
			}
			if set.LUFS == nil || *set.LUFS > 0 || *set.LUFS < -60 {
				t.Errorf("loudness %v", set.LUFS)
			}
		})
	}
}

func TestLoudnessAgreesWithTheStandardAndWithFFmpeg(t *testing.T) {
	r := runner(t)
	// EBU Tech 3341 case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS.
	amplitude := strconv.FormatFloat(math.Pow(10, -23.0/20), 'f', 6, 64)
	sine := generate(t, "s.wav", "-f", "lavfi", "-i", "aevalsrc="+amplitude+"*sin(1000*2*PI*t)|"+amplitude+"*sin(1000*2*PI*t):s=48000:d=20")
	if set := audio(t, r, sine); math.Abs(*set.LUFS+23) > 0.1 {
		t.Errorf("sine at -23: %.1f LUFS", *set.LUFS)
	}
	for name, src := range map[string]string{"music": generate(t, "m.mp3", "-i", longMP3, "-t", "30", "-c", "copy"), "mono": shortWAV, "film": film720} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command("ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-i", src, "-af", "aresample=48000,ebur128", "-f", "null", "-").CombinedOutput()
			if err != nil {
				t.Fatal(err)
			}
			all := regexp.MustCompile(`I: +(-[0-9.]+) LUFS`).FindAllSubmatch(out, -1)
			want, err := strconv.ParseFloat(string(all[len(all)-1][1]), 64)
			if err != nil {
				t.Fatal(err)
			}
			if set := audio(t, r, src); math.Abs(*set.LUFS-want) > 0.3 {
				t.Errorf("%.1f LUFS, ffmpeg says %.1f", *set.LUFS, want)
			}
		})
	}
}

func TestSilenceHasNoLoudness(t *testing.T) {
	set := audio(t, runner(t), generate(t, "a.flac", "-f", "lavfi", "-i", "anullsrc", "-t", "1"))
	if set.LUFS != nil || len(set.Peaks) != 100 || slices.Max(set.Peaks) != 0 {
		t.Errorf("loudness %v, %d peaks up to %d", set.LUFS, len(set.Peaks), slices.Max(set.Peaks))
	}
}

func TestPeaksFollowTheWave(t *testing.T) {
	// Silent for a second, full for a second.
	set := audio(t, runner(t), generate(t, "a.wav", "-f", "lavfi", "-i", "aevalsrc='if(lt(t,1),0,sin(440*2*PI*t))':d=2:s=48000"))
	n := len(set.Peaks)
	if n != 200 || slices.Max(set.Peaks[:n/2-2]) != 0 || slices.Min(set.Peaks[n/2+2:]) < 150 {
		t.Errorf("%d peaks: %v", n, set.Peaks)
	}
	text, err := json.Marshal(set.Peaks[:3])
	if err != nil || string(text) != "[0,0,0]" {
		t.Errorf("as JSON: %s, %v", text, err)
	}
}

func TestSoundsLoseTheirMetadata(t *testing.T) {
	src := generate(t, "a.mp3", "-f", "lavfi", "-i", "sine=duration=1", "-metadata", "comment=SERIAL 4711", "-metadata", "title=Hello")
	for _, v := range audio(t, runner(t), src).Variants {
		if b := load(t, v.Path); bytes.Contains(b, []byte("SERIAL")) || bytes.Contains(b, []byte("Hello")) {
			t.Errorf("%s holds the source's words", v.Name)
		}
	}
}

func TestBadSoundsAreRefusedAndLeaveNothing(t *testing.T) {
	r := runner(t)
	good := load(t, shortMP3)
	for name, c := range map[string]struct {
		body []byte
		info mediafile.Info
		code string
	}{
		"noise":           {bytes.Repeat([]byte("allmende"), 5000), mediafile.Info{Type: mediafile.FLAC, AudioCodec: "flac", DurationMS: 1000}, mediafile.CodeBroken},
		"no sound at all": {good, mediafile.Info{Type: mediafile.MP4, VideoCodec: "h264", DurationMS: 1000}, mediafile.CodeTypeMismatch},
		"too long":        {good, mediafile.Info{Type: mediafile.MP3, AudioCodec: "mp3", DurationMS: 4 * 3600 * 1000}, mediafile.CodeTooLong},
		"another format":  {good, mediafile.Info{Type: mediafile.MP4, AudioCodec: "aac", DurationMS: 1000}, mediafile.CodeBroken},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			set, err := r.Audio(context.Background(), write(t, "x", c.body), c.info, dir, nil)
			wantCode(t, err, c.code)
			if extra := leftovers(t, dir, nil); len(extra) > 0 || len(set.Variants) > 0 {
				t.Errorf("left behind: %v", extra)
			}
		})
	}
}
