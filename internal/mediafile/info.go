package mediafile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Info is what the header of a file says. Nothing is decoded for it.
type Info struct {
	Type          Type // may be finer than what Sniff said: an MP4 without a picture track is M4A
	Size          int64
	Width, Height int     // as a person sees it, after turning
	Orientation   int     // of a picture, 1 to 8 as in EXIF; 1 is upright
	Rotation      int     // of a film, degrees clockwise
	Frames        int     // of a picture
	DurationMS    int64   // of sound, film and moving pictures (the last only as GIF)
	FPS           float64 // of a film
	VideoCodec    string  // ffmpeg's names: h264, hevc, vp9, av1 …
	Profile       int     // of H.264: 66 baseline, 77 main, 100 high …
	PixFmt        string  // yuv420p when the profile allows nothing else, else empty
	HDR           bool    // the film's colours have the PQ or HLG curve
	AudioCodec    string  // aac, mp3, opus, vorbis, flac, pcm …
	SampleRate    int
	Channels      int
	Complete      bool // false: only ffprobe can tell the rest
	OtherTracks   int  // tracks that are neither picture nor sound: subtitles, chapters, places
}

// Animated tells whether a picture moves.
func (i Info) Animated() bool { return i.Type.Kind == Image && i.Frames > 1 }

// openMedia opens a local file and sniffs it: Type and Size of the Info are set, no more.
func openMedia(path string) (*os.File, Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Info{}, fmt.Errorf("media source: %w", err)
	}
	info, err := sniffFile(f)
	if err != nil {
		f.Close()
		return nil, Info{}, err
	}
	return f, info, nil
}

func sniffFile(f *os.File) (Info, error) {
	stat, err := f.Stat()
	if err != nil {
		return Info{}, fmt.Errorf("media source: %w", err)
	}
	head := make([]byte, min(SniffLen, stat.Size()))
	if _, err := f.ReadAt(head, 0); err != nil && len(head) > 0 {
		return Info{}, fmt.Errorf("media source: %w", err)
	}
	t, err := Sniff(head, stat.Size())
	return Info{Type: t, Size: stat.Size()}, err
}

// turned tells whether an EXIF orientation swaps width and height.
func turned(orientation int) bool { return orientation >= 5 && orientation <= 8 }

// Probe reads the header of a file of type t. It reads at most a few hundred KiB in small pieces and holds
// none of it. A file whose header makes no sense is a Refusal with CodeBroken.
func Probe(f io.ReaderAt, size int64, t Type) (Info, error) {
	w, info := newWindow(f, size), Info{Type: t, Size: size, Orientation: 1}
	var err error
	switch t {
	case JPEG:
		err = probeJPEG(w, &info)
	case PNG:
		err = probePNG(w, &info)
	case GIF:
		err = probeGIF(f, size, &info)
	case WebP:
		err = probeWebP(w, &info)
	case AVIF, HEIC:
		err = probeHEIF(w, &info)
	case MP4, MOV, M4A:
		err = probeMP4(w, &info)
	case MP3:
		err = probeMP3(w, &info)
	case FLAC:
		err = probeFLAC(w, &info)
	case WAV:
		err = probeWAV(w, &info)
	case Ogg, Opus:
		err = probeOgg(w, &info)
	case WebM, MKV:
		return info, nil
	default:
		return info, refuse(CodeUnknownType, nil)
	}
	if err != nil {
		return info, asBroken(t, err)
	}
	if turned(info.Orientation) {
		info.Width, info.Height = info.Height, info.Width
	}
	return info, nil
}

// asBroken makes what a header reader met a refusal, but leaves true reading errors alone.
func asBroken(t Type, err error) error {
	var r *Refusal
	if errors.As(err, &r) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, errBudget) {
		return &Refusal{Code: CodeBroken, cause: fmt.Errorf("header of %s: %w", t.MIME, err)}
	}
	return fmt.Errorf("reading the header of %s: %w", t.MIME, err)
}
