package masto

import (
	"strconv"
	"strings"
	"time"

	"allmende"
)

const day = 24 * time.Hour

// AppendMedia writes a MediaAttachment. Its address is null until there is
// something to show.
func (s Site) AppendMedia(b []byte, m *allmende.Media) []byte {
	full, small := s.mediaURLs(m)
	b = append(b, `{"id":`...)
	b = appendID(b, m.ID)
	b = appendText(b, `,"type":`, mediaType(m))
	b = appendNullText(b, `,"url":`, full)
	b = appendNullText(b, `,"preview_url":`, small)
	b = appendNullText(b, `,"remote_url":`, m.RemoteURL)
	b = append(b, `,"preview_remote_url":null,"text_url":null,"meta":`...)
	b = appendMeta(b, m)
	b = appendNullText(b, `,"description":`, m.Alt)
	b = appendNullText(b, `,"blurhash":`, m.Blurhash)
	return append(b, '}')
}

// mediaType is Mastodon's word for a kind of medium; a film without sound that
// repeats (made from a GIF) is a "gifv".
func mediaType(m *allmende.Media) string {
	switch m.Kind {
	case "image", "audio":
		return m.Kind
	case "gifv":
		return "gifv"
	case "video":
		if m.Animated {
			return "gifv"
		}
		return "video"
	}
	return "unknown"
}

// MediaReady tells whether a medium can be shown.
func MediaReady(m *allmende.Media) bool {
	return m.State == allmende.MediaUsable || m.State == allmende.MediaDone
}

// mediaURLs are the addresses of the medium and of a small picture of it.
func (s Site) mediaURLs(m *allmende.Media) (full, small string) {
	if !MediaReady(m) {
		return "", ""
	}
	switch mediaType(m) {
	case "image":
		full, small = s.pictureURL(m, 4096), s.pictureURL(m, 640)
	case "video", "gifv":
		full, small = s.variantURL(m, "video/mp4", 1280), s.pictureURL(m, 640)
	case "audio":
		if full = s.variantURL(m, "audio/mp4", 0); full == "" {
			full = s.variantURL(m, "audio/", 0)
		}
		small = s.pictureURL(m, 640)
	}
	if full == "" {
		if full = s.path(m.Path("original")); full == "" {
			full = m.RemoteURL
		}
	}
	if small == "" && mediaType(m) != "audio" {
		small = full
	}
	return full, small
}

func (s Site) path(p string) string {
	if p == "" {
		return ""
	}
	return s.Base + p
}

// pictureURL is the address of the smallest picture of a medium that is at
// least so wide, or of the widest there is; a JPEG before others of its size.
func (s Site) pictureURL(m *allmende.Media, width int) string {
	if m == nil {
		return ""
	}
	if u := s.variantURL(m, "image/", width); u != "" {
		return u
	}
	if m.Kind == "image" && MediaReady(m) {
		if u := s.path(m.Path("original")); u != "" {
			return u
		}
		return m.RemoteURL
	}
	return ""
}

func (s Site) variantURL(m *allmende.Media, mime string, width int) string {
	best := allmende.Variant{}
	for _, v := range m.Variants {
		if !strings.HasPrefix(v.MIME, mime) || v.MIME == "image/avif" {
			continue
		}
		if best.Name == "" || nearer(v, best, width) {
			best = v
		}
	}
	if best.Name == "" {
		return ""
	}
	return s.path(m.Path(best.Name))
}

// nearer tells whether v fits a width better than the best so far.
func nearer(v, best allmende.Variant, width int) bool {
	if v.Width == best.Width {
		return v.MIME == "image/jpeg"
	}
	if best.Width < width {
		return v.Width > best.Width
	}
	return v.Width >= width && v.Width < best.Width
}

func appendMeta(b []byte, m *allmende.Media) []byte {
	b = append(b, '{')
	if m.Width > 0 && m.Height > 0 {
		b = append(b, `"original":`...)
		b = appendMeasures(b, m.Width, m.Height, m.DurationMS)
		w, h := within(m.Width, m.Height, 640)
		b = append(b, `,"small":`...)
		b = appendMeasures(b, w, h, 0)
		b = append(b, ',')
	} else if m.DurationMS > 0 {
		b = appendFloat(append(b, `"original":{"duration":`...), float64(m.DurationMS)/1000)
		b = append(b, '}', ',')
	}
	if m.DurationMS > 0 {
		b = appendText(b, `"length":`, clock(m.DurationMS))
		b = appendFloat(append(b, `,"duration":`...), float64(m.DurationMS)/1000)
		b = append(b, ',')
	}
	b = appendFloat(append(b, `"focus":{"x":`...), m.FocusX)
	b = appendFloat(append(b, `,"y":`...), m.FocusY)
	return append(b, '}', '}')
}

func appendMeasures(b []byte, w, h int, ms int64) []byte {
	b = appendInt(b, `{"width":`, w)
	b = appendInt(b, `,"height":`, h)
	b = appendText(b, `,"size":`, strconv.Itoa(w)+"x"+strconv.Itoa(h))
	b = appendFloat(append(b, `,"aspect":`...), float64(w)/float64(h))
	if ms > 0 {
		b = appendFloat(append(b, `,"duration":`...), float64(ms)/1000)
	}
	return append(b, '}')
}

// within scales measures down to a width.
func within(w, h, most int) (int, int) {
	if w <= most {
		return w, h
	}
	return most, max(1, h*most/w)
}

func appendFloat(b []byte, f float64) []byte {
	return strconv.AppendFloat(b, float64(int64(f*10000+half(f)))/10000, 'f', -1, 64)
}

func half(f float64) float64 {
	if f < 0 {
		return -0.5
	}
	return 0.5
}

// clock writes "0:02:13.46".
func clock(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	two := func(n int64) string {
		if n < 10 {
			return "0" + strconv.FormatInt(n, 10)
		}
		return strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(int64(d.Hours()), 10) + ":" + two(int64(d.Minutes())%60) + ":" + two(int64(d.Seconds())%60) + "." + two(ms%1000/10)
}
