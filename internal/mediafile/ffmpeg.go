package mediafile

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// encode is one call of ffmpeg.
type encode struct {
	info     Info
	format   string   // demuxer; empty: that of info
	before   []string // options of the input
	args     []string // what comes behind the input
	progress func(float64)
	pipe     *os.File // descriptor 3 of the child
	stall    time.Duration
}

const videoFile = 16 << 30 // bytes of the largest file ffmpeg may write

// ffmpeg runs one call in the scratch directory. A failure that is the file's fault is a Refusal.
func (r *Runner) ffmpeg(ctx context.Context, s *scratch, e encode) error {
	if e.format == "" {
		e.format = e.info.Type.Format
	}
	args := []string{
		r.cfg.FFmpeg, "-nostdin", "-hide_banner", "-v", "error", "-nostats", "-y", "-progress", "pipe:1",
		"-threads", strconv.Itoa(r.cfg.Threads), "-protocol_whitelist", "file,pipe", "-f", e.format,
	}
	args = append(args, e.before...)
	args = append(args, "-i", "file:"+sourceName)
	args = append(args, e.args...)
	beat := &atomic.Int64{}
	if e.stall == 0 {
		e.stall = r.cfg.Stall
	}
	seconds := int(e.info.DurationMS/1000) + 1
	err := r.run(ctx, task{
		name: "ffmpeg", stdout: &progressWriter{total: e.info.DurationMS, tell: e.progress, beat: beat},
		wall: time.Duration(20*seconds+600) * time.Second, stall: e.stall, beat: beat, pipe: e.pipe,
		spec: childSpec{
			Mode: modeExec, Argv: args, Env: ffmpegEnv(s), Dir: s.dir, Read: append(s.read, r.cfg.FFmpeg),
			Memory: r.cfg.VideoMemory, CPU: 20*seconds + 60, File: videoFile, Nice: 10,
		},
	})
	return blameFile(err)
}

func ffmpegEnv(s *scratch) []string {
	return []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=" + s.dir, "TMPDIR=" + s.dir, "MALLOC_ARENA_MAX=4"}
}

// progressWriter reads what -progress writes: lines of key=value.
type progressWriter struct {
	total int64 // milliseconds; 0 when not known
	tell  func(float64)
	beat  *atomic.Int64 // position in microseconds and bytes written, added: either moving is progress
	rest  []byte
	at    int64
	bytes int64
}

func (w *progressWriter) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	for {
		i := bytes.IndexByte(w.rest, '\n')
		if i < 0 {
			break
		}
		w.line(string(w.rest[:i]))
		w.rest = w.rest[i+1:]
	}
	if len(w.rest) > 4096 {
		w.rest = nil
	}
	return len(p), nil
}

func (w *progressWriter) line(s string) {
	key, value, _ := strings.Cut(s, "=")
	if key == "progress" && value == "end" && w.tell != nil {
		w.tell(1)
		return
	}
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 {
		return
	}
	switch key {
	case "out_time_us":
		w.at = n
	case "total_size":
		w.bytes = n
	default:
		return
	}
	w.beat.Store(w.at + w.bytes)
	if w.tell != nil && w.total > 0 && key == "out_time_us" {
		w.tell(min(1, float64(n)/1000/float64(w.total)))
	}
}

// probed is what ffprobe answers.
type probed struct {
	Streams []struct {
		Kind       string `json:"codec_type"`
		Codec      string `json:"codec_name"`
		Profile    string `json:"profile"`
		PixFmt     string `json:"pix_fmt"`
		Width      int    `json:"width"`
		Height     int    `json:"height"`
		Rate       string `json:"avg_frame_rate"`
		Transfer   string `json:"color_transfer"`
		SampleRate string `json:"sample_rate"`
		Channels   int    `json:"channels"`
		Duration   string `json:"duration"`
		Side       []struct {
			Rotation int `json:"rotation"`
		} `json:"side_data_list"`
		Disposition struct {
			Cover int `json:"attached_pic"`
		} `json:"disposition"`
	} `json:"streams"`
	Format struct {
		Duration string `json:"duration"`
	} `json:"format"`
}

// Probe tells what the file at path is, in this process where that is enough and with ffprobe where it is not,
// and refuses what is beyond the limits. tmpDir is for the child.
func (r *Runner) Probe(ctx context.Context, path, tmpDir string) (Info, error) {
	f, info, err := openMedia(path)
	if err != nil {
		return Info{}, err
	}
	defer f.Close()
	if err := r.cfg.Limits.CheckSize(info.Type.Kind, info.Size); err != nil {
		return Info{}, err
	}
	info, err = Probe(f, info.Size, info.Type)
	if err == nil && !info.Complete {
		info, err = r.ffprobe(ctx, path, tmpDir, info)
	}
	if err != nil {
		return info, err
	}
	return info, r.cfg.Limits.Check(info)
}

func (r *Runner) ffprobe(ctx context.Context, path, tmpDir string, info Info) (Info, error) {
	s, err := begin(path, tmpDir)
	if err != nil {
		return info, err
	}
	defer s.end()
	out := &headWriter{max: 1 << 20}
	err = r.run(ctx, task{
		name: "ffprobe", wall: time.Minute, stdout: out,
		spec: childSpec{
			Mode: modeExec, Env: ffmpegEnv(s), Dir: s.dir, Read: append(s.read, r.cfg.FFprobe),
			Argv: []string{
				r.cfg.FFprobe, "-v", "error", "-protocol_whitelist", "file,pipe", "-f", info.Type.Format, "-of", "json",
				"-show_streams", "-show_entries", "format=duration", "-i", "file:" + sourceName,
			},
			Memory: r.cfg.VideoMemory, CPU: 30, File: mib,
		},
	})
	if err != nil {
		return info, blameFile(err)
	}
	var p probed
	if err := json.Unmarshal(out.b, &p); err != nil {
		return info, broken("ffprobe's answer: %v", err)
	}
	return p.info(info)
}

// info fills in what ffprobe found.
func (p probed) info(i Info) (Info, error) {
	i.VideoCodec, i.AudioCodec, i.OtherTracks = "", "", 0
	i.DurationMS = max(i.DurationMS, decimalMillis(p.Format.Duration))
	for _, s := range p.Streams {
		i.DurationMS = max(i.DurationMS, decimalMillis(s.Duration))
		switch {
		case s.Kind == "video" && s.Disposition.Cover == 0 && i.VideoCodec == "":
			i.VideoCodec, i.Width, i.Height, i.PixFmt = s.Codec, s.Width, s.Height, s.PixFmt
			i.Profile = h264Profiles[s.Profile]
			i.HDR = s.Transfer == "smpte2084" || s.Transfer == "arib-std-b67"
			i.FPS = ratio(s.Rate)
			for _, side := range s.Side {
				i.Rotation = ((-side.Rotation)%360 + 360) % 360
			}
			if i.Rotation == 90 || i.Rotation == 270 {
				i.Width, i.Height = s.Height, s.Width
			}
		case s.Kind == "audio" && i.AudioCodec == "":
			i.AudioCodec, i.Channels = s.Codec, s.Channels
			i.SampleRate, _ = strconv.Atoi(s.SampleRate)
		case s.Kind != "video" && s.Kind != "audio":
			i.OtherTracks++
		}
	}
	switch {
	case i.VideoCodec == "" && i.AudioCodec == "":
		return i, broken("neither picture nor sound")
	case i.VideoCodec == "" && i.Type.Kind == Video:
		i.Type.Kind, i.Type.MIME = Audio, strings.Replace(i.Type.MIME, "video/", "audio/", 1)
	}
	i.Complete = true
	return i, nil
}

var h264Profiles = map[string]int{"Constrained Baseline": 66, "Baseline": 66, "Main": 77, "High": 100}

func decimalMillis(s string) int64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0 && f < 1e9) {
		return 0
	}
	return int64(f * 1000)
}

func ratio(s string) float64 {
	n, d, _ := strings.Cut(s, "/")
	x, err := strconv.ParseFloat(n, 64)
	y, err2 := strconv.ParseFloat(d, 64)
	if err != nil || err2 != nil || y == 0 {
		return 0
	}
	return x / y
}
