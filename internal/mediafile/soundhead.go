package mediafile

import (
	"bytes"
	"encoding/binary"
)

// mpegFrame is the header of one MPEG audio frame (ISO/IEC 11172-3 §2.4.1.3).
type mpegFrame struct {
	length   int // bytes, the header included
	samples  int
	rate     int // hertz
	bitrate  int // bits a second
	channels int
	side     int // where an information tag of the encoder would stand
}

var (
	layer3V1   = [16]int{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}
	layer3V2   = [16]int{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}
	mpegRates  = [4]int{44100, 48000, 32000, 0}
	firstFrame = 128 << 10 // how far behind the tags the first frame may lie
)

// parseMPEGFrame reads a layer III header; layers I and II are not taken.
func parseMPEGFrame(b []byte) (mpegFrame, bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 || b[1]>>1&3 != 1 {
		return mpegFrame{}, false
	}
	version, mono := b[1]>>3&3, b[3]>>6 == 3
	f := mpegFrame{rate: mpegRates[b[2]>>2&3], samples: 1152, channels: 2, bitrate: layer3V1[b[2]>>4] * 1000, side: 4 + 32}
	if mono {
		f.channels, f.side = 1, 4+17
	}
	switch version {
	case 1: // reserved
		return mpegFrame{}, false
	case 0, 2: // MPEG 2.5 and 2
		f.samples, f.bitrate, f.side = 576, layer3V2[b[2]>>4]*1000, 4+17
		f.rate /= 2
		if version == 0 {
			f.rate /= 2
		}
		if mono {
			f.side = 4 + 9
		}
	}
	if f.rate == 0 || f.bitrate == 0 {
		return mpegFrame{}, false
	}
	f.length = f.samples/8*f.bitrate/f.rate + int(b[2]>>1&1)
	return f, true
}

// skipID3 gives where the sound begins behind the tags (id3v2 §3.1).
func skipID3(w *window) (int64, error) {
	off := int64(0)
	for range 8 {
		h, err := w.at(off, 10)
		if err != nil {
			return 0, err
		}
		if string(h[:3]) != "ID3" {
			return off, nil
		}
		off += 10 + int64(h[6]&127)<<21 + int64(h[7]&127)<<14 + int64(h[8]&127)<<7 + int64(h[9]&127)
		if h[5]&0x10 != 0 {
			off += 10
		}
	}
	return off, nil
}

func probeMP3(w *window, info *Info) error {
	start, err := skipID3(w)
	if err != nil {
		return err
	}
	head, err := w.upTo(start, firstFrame)
	if err != nil {
		return err
	}
	at := findFrame(head)
	if at < 0 {
		return broken("no MPEG frame behind the tags")
	}
	f, _ := parseMPEGFrame(head[at:])
	info.AudioCodec, info.SampleRate, info.Channels = "mp3", f.rate, f.channels
	if frames := encoderFrames(head[at:], f); frames > 0 {
		info.DurationMS, info.Complete = millis(frames*int64(f.samples), int64(f.rate)), true
		return nil
	}
	// Without the encoder's count only a constant rate can be reckoned; else ffprobe has to count.
	if constantRate(head[at:], f) {
		info.DurationMS, info.Complete = (w.size-start-int64(at))*8000/int64(f.bitrate), true
	}
	return nil
}

func findFrame(b []byte) int {
	for i := 0; i+4 < len(b); i++ {
		if b[i] != 0xff {
			continue
		}
		if f, ok := parseMPEGFrame(b[i:]); ok && twoFrames(b[i:], f) {
			return i
		}
	}
	return -1
}

// encoderFrames reads the number of frames that encoders note in the first one.
func encoderFrames(b []byte, f mpegFrame) int64 {
	if tag := tail(b, f.side); len(tag) >= 12 && (string(tag[:4]) == "Xing" || string(tag[:4]) == "Info") && tag[7]&1 != 0 {
		return be32(tag[8:])
	}
	if tag := tail(b, 36); len(tag) >= 18 && string(tag[:4]) == "VBRI" {
		return be32(tag[14:])
	}
	return 0
}

func tail(b []byte, from int) []byte { return b[min(from, len(b)):] }

// constantRate looks whether the first frames all have one bitrate.
func constantRate(b []byte, first mpegFrame) bool {
	for f, n := first, 0; n < 100 && f.length < len(b); n++ {
		b = b[f.length:]
		next, ok := parseMPEGFrame(b)
		if !ok {
			break
		}
		if next.bitrate != first.bitrate {
			return false
		}
		f = next
	}
	return true
}

// probeFLAC reads STREAMINFO, always the first block (RFC 9639 §8.2).
func probeFLAC(w *window, info *Info) error {
	b, err := w.at(0, 42)
	if err != nil {
		return err
	}
	if b[4]&0x7f != 0 {
		return broken("FLAC without STREAMINFO")
	}
	packed := binary.BigEndian.Uint64(b[18:])
	rate, samples := int64(packed>>44), int64(packed&(1<<36-1))
	if rate == 0 {
		return broken("FLAC with rate 0")
	}
	info.AudioCodec, info.SampleRate, info.Channels = "flac", int(rate), int(packed>>41&7)+1
	info.DurationMS, info.Complete = millis(samples, rate), samples > 0
	return nil
}

func probeWAV(w *window, info *Info) error {
	var byteRate, data int64
	err := w.riff(12, func(id string, off, length int64) error {
		switch id {
		case "fmt ":
			b, err := w.at(off, 16)
			if err != nil {
				return err
			}
			info.AudioCodec, info.Channels, info.SampleRate = "pcm", le16(b[2:]), int(le32(b[4:]))
			byteRate = le32(b[8:])
		case "data":
			data += max(0, min(length, w.size-off))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if byteRate == 0 || info.SampleRate == 0 || data == 0 {
		return broken("WAV without sound")
	}
	info.DurationMS, info.Complete = data*1000/byteRate, true
	return nil
}

const lastPages = 160 << 10 // an Ogg page is 64 KiB at most; the last of our stream is within two

// probeOgg reads the first packet and the position on the last page (RFC 3533 §6, RFC 7845 §5.1).
func probeOgg(w *window, info *Info) error {
	b, err := w.at(0, int(min(w.size, 512)))
	if err != nil {
		return err
	}
	if len(b) < 28 {
		return broken("Ogg without a page")
	}
	serial, skip := b[14:18], int64(0)
	switch p := tail(b, 27+int(b[26])); {
	case bytes.HasPrefix(p, []byte("OpusHead")) && len(p) >= 19:
		info.AudioCodec, info.SampleRate, info.Channels, skip = "opus", 48000, int(p[9]), int64(le16(p[10:]))
	case bytes.HasPrefix(p, []byte("\x01vorbis")) && len(p) >= 30:
		info.AudioCodec, info.SampleRate, info.Channels = "vorbis", int(le32(p[12:])), int(p[11])
	default:
		return nil // FLAC in Ogg: ffprobe knows it
	}
	end, err := w.upTo(max(0, w.size-lastPages), lastPages)
	if err != nil {
		return err
	}
	for i := bytes.LastIndex(end, []byte("OggS")); i >= 0; i = bytes.LastIndex(end[:i], []byte("OggS")) {
		if page := end[i:]; len(page) >= 27 && bytes.Equal(page[14:18], serial) {
			if at := int64(binary.LittleEndian.Uint64(page[6:])); at > 0 && info.SampleRate > 0 {
				info.DurationMS = millis(max(0, at-skip), int64(info.SampleRate))
				info.Complete = info.DurationMS > 0
				return nil
			}
		}
	}
	return nil
}
