package mediafile

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
)

// AudioSet is what was made of a sound.
type AudioSet struct {
	Info     Info
	Variants []Variant // "audio.opus" and "audio.m4a"
	Peaks    Peaks     // 1000 heights of the wave, fewer for very short sounds
	LUFS     *float64  // integrated loudness (ITU-R BS.1770); nil for silence
}

const audioOpus, audioM4A = "audio.opus", "audio.m4a"

// Audio makes Opus for today's and AAC for all players in one pass, and listens to the same decoded sound for
// the wave and the loudness. Of a film it takes the first sound. progress may be nil.
func (r *Runner) Audio(ctx context.Context, src string, info Info, outDir string, progress func(float64)) (AudioSet, error) {
	if err := r.cfg.Limits.checkLength(info); err != nil {
		return AudioSet{}, err
	}
	if info.AudioCodec == "" {
		return AudioSet{}, refuse(CodeTypeMismatch, map[string]any{"type": info.Type.MIME})
	}
	s, err := begin(src, outDir)
	if err != nil {
		return AudioSet{}, err
	}
	defer s.end()
	set := AudioSet{Info: info}
	heard, err := r.encodeAudio(ctx, s, info, progress)
	if err != nil {
		return AudioSet{}, err
	}
	if heard.samples == 0 {
		return AudioSet{}, broken("no sound could be decoded")
	}
	set.Peaks, set.LUFS = heard.peaks(), heard.loudness()
	opus, err := s.keep(audioOpus, Opus)
	if err != nil {
		return AudioSet{}, err
	}
	m4a, err := keepMP4(s, audioM4A)
	if err != nil {
		discard([]Variant{opus})
		return AudioSet{}, err
	}
	set.Variants = []Variant{opus, m4a}
	return set, nil
}

// encodeAudio runs ffmpeg and listens to the decoded sound on a pipe.
func (r *Runner) encodeAudio(ctx context.Context, s *scratch, info Info, progress func(float64)) (*listener, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("listening to a sound: %w", err)
	}
	heard, done := newListener(), make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(heard, read) // ends when ffmpeg does; the listener takes everything
	}()
	common := []string{"-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-t", strconv.Itoa(r.cfg.Limits.Seconds + 60)}
	args := append(append([]string(nil), common...), "-ac", "2", "-c:a", "libopus", "-b:a", "96k", "-f", "opus", "file:"+audioOpus)
	args = append(append(args, common...), "-ac", "2", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-f", "ipod", "file:"+audioM4A)
	args = append(append(args, common...), "-ac", "2", "-ar", strconv.Itoa(listenRate), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:3")
	err = r.ffmpeg(ctx, s, encode{info: info, args: args, progress: progress, pipe: write})
	write.Close()
	<-done
	read.Close()
	return heard, err
}

// Scrub is the function Scrub for files, which repacks sound and film with ffmpeg where Go can't clean them.
// Title, artist and album of a sound are kept. A picture that can't be cleaned is refused with CodeNoScrub.
func (r *Runner) Scrub(ctx context.Context, src string, info Info, outDir, name string) (Variant, error) {
	s, err := begin(src, outDir)
	if err != nil {
		return Variant{}, err
	}
	defer s.end()
	err = scrubFile(info.Type, s, name)
	if RefusalCode(err) == CodeNoScrub && info.Type.Kind != Image {
		err = r.repack(ctx, s, src, info, name)
	}
	if err != nil {
		return Variant{}, err
	}
	return s.moveOut(name, info)
}

func scrubFile(t Type, s *scratch, name string) error {
	in, err := os.Open(s.read[0])
	if err != nil {
		return fmt.Errorf("media source: %w", err)
	}
	defer in.Close()
	stat, err := in.Stat()
	if err != nil {
		return fmt.Errorf("media source: %w", err)
	}
	out, err := os.Create(s.path(name))
	if err != nil {
		return fmt.Errorf("media result: %w", err)
	}
	defer out.Close()
	if err := Scrub(t, in, stat.Size(), out); err != nil {
		return err
	}
	return out.Close()
}

func (r *Runner) repack(ctx context.Context, s *scratch, src string, info Info, name string) error {
	args := []string{"-map", "0:v?", "-map", "0:a?", "-c", "copy", "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"}
	if info.Type.Kind == Audio {
		args = args[2:]
		d, err := r.Describe(ctx, src, s.out, info.Type)
		if err != nil {
			return err
		}
		for key, value := range map[string]string{"title": d.Tags.Title, "artist": d.Tags.Artist, "album": d.Tags.Album} {
			if value != "" {
				args = append(args, "-metadata", key+"="+value)
			}
		}
	}
	args = append(args, "-f", muxer(info.Type), "file:"+name)
	return r.ffmpeg(ctx, s, encode{info: info, args: args, stall: copyStall})
}

// muxer is ffmpeg's name for writing what it reads under another.
func muxer(t Type) string {
	switch t.Ext {
	case WebM.Ext:
		return "webm"
	case MOV.Ext:
		return "mov"
	case MP4.Ext:
		return "mp4"
	case M4A.Ext:
		return "ipod"
	}
	return t.Format
}

// moveOut is keep for a copy of the original, whose measures are known.
func (s *scratch) moveOut(name string, info Info) (Variant, error) {
	stat, err := os.Stat(s.path(name))
	if err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	v := Variant{
		Name: name, Path: s.out + string(os.PathSeparator) + name, MIME: info.Type.MIME,
		Width: info.Width, Height: info.Height, DurationMS: info.DurationMS, Size: stat.Size(),
	}
	if err := os.Rename(s.path(name), v.Path); err != nil {
		return Variant{}, fmt.Errorf("media result: %w", err)
	}
	return v, nil
}
