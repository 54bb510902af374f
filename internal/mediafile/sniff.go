package mediafile

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Kind is the coarse sort of a medium.
type Kind string

// The kinds we take.
const (
	Image Kind = "image"
	Audio Kind = "audio"
	Video Kind = "video"
)

// Type is what a file is by its first bytes; its name and what the client said don't matter.
type Type struct {
	Kind   Kind
	MIME   string
	Ext    string // with the dot
	Format string // name of ffmpeg's demuxer, empty for images that ffmpeg never sees
}

// The types we take, and no others.
var (
	JPEG = Type{Image, "image/jpeg", ".jpg", ""}
	PNG  = Type{Image, "image/png", ".png", ""}
	GIF  = Type{Image, "image/gif", ".gif", "gif"}
	WebP = Type{Image, "image/webp", ".webp", ""}
	AVIF = Type{Image, "image/avif", ".avif", ""}
	HEIC = Type{Image, "image/heic", ".heic", ""}

	MP4  = Type{Video, "video/mp4", ".mp4", "mov"}
	MOV  = Type{Video, "video/quicktime", ".mov", "mov"}
	WebM = Type{Video, "video/webm", ".webm", "matroska"}
	MKV  = Type{Video, "video/x-matroska", ".mkv", "matroska"}

	MP3  = Type{Audio, "audio/mpeg", ".mp3", "mp3"}
	M4A  = Type{Audio, "audio/mp4", ".m4a", "mov"}
	Ogg  = Type{Audio, "audio/ogg", ".ogg", "ogg"}
	Opus = Type{Audio, "audio/ogg; codecs=opus", ".opus", "ogg"}
	FLAC = Type{Audio, "audio/flac", ".flac", "flac"}
	WAV  = Type{Audio, "audio/wav", ".wav", "wav"}
)

// Types lists all types we take, for the upload dialogue and the instance description.
func Types() []Type {
	return []Type{JPEG, PNG, GIF, WebP, AVIF, HEIC, MP4, MOV, WebM, MKV, MP3, M4A, Ogg, Opus, FLAC, WAV}
}

// SniffLen is how many bytes of the start Sniff can use.
const SniffLen = 4096

// Sniff tells the type of a file by its first bytes (up to SniffLen) and its size.
// Everything that is not in Types is refused with CodeUnknownType.
func Sniff(head []byte, size int64) (Type, error) {
	if len(head) > SniffLen {
		head = head[:SniffLen]
	}
	if int64(len(head)) > size {
		return Type{}, refuse(CodeTypeMismatch, nil)
	}
	if size >= 12 {
		for _, try := range []func([]byte) (Type, bool){sniffImage, sniffISO, sniffMatroska, sniffAudio} {
			if t, ok := try(head); ok {
				return t, nil
			}
		}
	}
	return Type{}, refuse(CodeUnknownType, nil)
}

func sniffImage(h []byte) (Type, bool) {
	switch {
	case bytes.HasPrefix(h, []byte("\xff\xd8\xff")):
		return JPEG, true
	case bytes.HasPrefix(h, []byte(pngMagic)):
		return PNG, true
	case bytes.HasPrefix(h, []byte("GIF87a")), bytes.HasPrefix(h, []byte("GIF89a")):
		return GIF, true
	case len(h) >= 16 && string(h[:4]) == "RIFF" && string(h[8:15]) == "WEBPVP8":
		return WebP, true
	}
	return Type{}, false
}

func sniffAudio(h []byte) (Type, bool) {
	switch {
	case bytes.HasPrefix(h, []byte("fLaC")):
		return FLAC, true
	case string(h[:4]) == "RIFF" && string(h[8:12]) == "WAVE":
		return WAV, true
	case bytes.HasPrefix(h, []byte("OggS")):
		return sniffOgg(h)
	case bytes.HasPrefix(h, []byte("ID3")) && h[3] >= 2 && h[3] <= 4:
		return MP3, true
	}
	if f, ok := parseMPEGFrame(h); ok && twoFrames(h, f) {
		return MP3, true
	}
	return Type{}, false
}

// twoFrames demands a second frame behind the first: eleven set bits alone are too weak a sign.
func twoFrames(h []byte, first mpegFrame) bool {
	if first.length >= len(h) {
		return false
	}
	second, ok := parseMPEGFrame(h[first.length:])
	return ok && second.rate == first.rate
}

// sniffOgg looks at the first packet. Ogg video (Theora) is not taken.
func sniffOgg(h []byte) (Type, bool) {
	if len(h) < 28 {
		return Type{}, false
	}
	packet := 27 + int(h[26])
	switch {
	case len(h) < packet+8:
		return Type{}, false
	case bytes.HasPrefix(h[packet:], []byte("OpusHead")):
		return Opus, true
	case bytes.HasPrefix(h[packet:], []byte("\x01vorbis")), bytes.HasPrefix(h[packet:], []byte("\x7fFLAC")):
		return Ogg, true
	}
	return Type{}, false
}

// sniffISO reads the brands of the ftyp box (ISO/IEC 14496-12 §4.3). QuickTime files before 2004 begin without one.
func sniffISO(h []byte) (Type, bool) {
	switch string(h[4:8]) {
	case "ftyp":
	case "moov", "mdat", "wide":
		return MOV, true
	default:
		return Type{}, false
	}
	n := min(int(binary.BigEndian.Uint32(h)), len(h))
	if n < 16 {
		return Type{}, false
	}
	brands := []string{string(h[8:12])}
	for i := 16; i+4 <= n && len(brands) < 40; i += 4 {
		brands = append(brands, string(h[i:i+4]))
	}
	return byBrand(brands)
}

func byBrand(brands []string) (Type, bool) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(brands, n) })
	}
	switch major := brands[0]; {
	case major == "avif" || major == "avis":
		return AVIF, true
	case major == "heic" || major == "heix" || major == "heim" || major == "heis":
		return HEIC, true
	case major == "mif1" || major == "msf1" || major == "miaf":
		if has("avif", "avis") {
			return AVIF, true
		}
		return HEIC, has("heic", "heix", "heim", "heis")
	case major == "M4A " || major == "M4B ":
		return M4A, true
	case major == "qt  ":
		return MOV, true
	}
	if has("isom", "iso2", "iso4", "iso5", "iso6", "iso8", "iso9", "mp41", "mp42", "avc1", "M4V ", "M4VH", "M4VP",
		"MSNV", "dash", "cmfc", "3gp4", "3gp5", "3gp6", "3gp7", "hvc1", "XAVC", "f4v ") {
		return MP4, true
	}
	return Type{}, false
}

// sniffMatroska reads DocType from the EBML head (RFC 8794 §11.2).
func sniffMatroska(h []byte) (Type, bool) {
	if !bytes.HasPrefix(h, []byte("\x1a\x45\xdf\xa3")) {
		return Type{}, false
	}
	i := bytes.Index(h[:min(len(h), 256)], []byte("\x42\x82"))
	if i < 0 || i+3 > len(h) {
		return Type{}, false
	}
	switch rest := h[i+3:]; {
	case bytes.HasPrefix(rest, []byte("webm")):
		return WebM, true
	case bytes.HasPrefix(rest, []byte("matroska")):
		return MKV, true
	}
	return Type{}, false
}
