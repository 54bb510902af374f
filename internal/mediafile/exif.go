package mediafile

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bep/imagemeta"
)

// LatLon is a place on earth in degrees, north and east positive.
type LatLon struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Exif is what a photo tells about itself that a person may want to show. GPS is to be stored only if the
// person said so.
type Exif struct {
	Camera      string    `json:"camera,omitempty"`
	Lens        string    `json:"lens,omitempty"`
	Exposure    string    `json:"exposure,omitempty"` // seconds: "1/800", "2.5"
	Aperture    float64   `json:"aperture,omitempty"` // f-number
	ISO         int       `json:"iso,omitempty"`
	FocalLength float64   `json:"focal_length,omitempty"` // millimetres
	Focal35     int       `json:"focal_35,omitempty"`     // the same on 35-mm film
	TakenAt     time.Time `json:"taken_at,omitzero"`      // UTC if the camera noted its zone, else its clock as if UTC
	Zoned       bool      `json:"zoned,omitempty"`        // whether the camera noted its zone
	GPS         *LatLon   `json:"gps,omitempty"`
	Title       string    `json:"title,omitempty"`
	Description string    `json:"description,omitempty"`
	Artist      string    `json:"artist,omitempty"`
	Copyright   string    `json:"copyright,omitempty"`
	Keywords    []string  `json:"keywords,omitempty"`
}

const (
	exifTags     = 2000
	exifTagBytes = 8 << 10
	exifTime     = 2 * time.Second
	textRunes    = 2000 // of a title or description
	maxKeywords  = 50
)

// ReadExif reads EXIF, IPTC and XMP of a picture. Broken or missing metadata give what could be read: a photo is
// not refused for them. Use Runner.Describe for files of strangers; it does this in a child process.
func ReadExif(r io.ReaderAt, size int64, t Type) Exif {
	format, ok := map[Type]imagemeta.ImageFormat{
		JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP, HEIC: imagemeta.HEIF, AVIF: imagemeta.AVIF,
	}[t]
	if !ok {
		return Exif{}
	}
	c := exifReader{fields: map[string]any{}}
	// The error is not told: half of the metadata is better than none, and none is no fault.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: io.NewSectionReader(r, 0, size), ImageFormat: format,
		Sources:         imagemeta.EXIF | imagemeta.IPTC | imagemeta.XMP,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return fieldOf(tag) != "" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if f := fieldOf(tag); c.fields[f] == nil {
				c.fields[f] = tag.Value
			}
			return nil
		},
		LimitNumTags: exifTags, LimitTagSize: exifTagBytes, Timeout: exifTime,
		Warnf: func(string, ...any) {},
	})
	return c.exif()
}

// fieldOf gives a tag's name where it matters, with the source in front; thumbnails' directories don't.
func fieldOf(t imagemeta.TagInfo) string {
	switch t.Source {
	case imagemeta.EXIF:
		switch t.Namespace {
		case "IFD0", "IFD0/ExifIFD", "IFD0/ExifIFDP", "IFD0/GPSInfoIFD":
			return t.Tag
		}
	case imagemeta.IPTC:
		return "iptc." + t.Tag
	case imagemeta.XMP:
		return "xmp." + t.Tag
	}
	return ""
}

type exifReader struct{ fields map[string]any }

func (c exifReader) exif() Exif {
	e := Exif{
		Camera:      camera(c.text("Make"), c.text("Model")),
		Lens:        c.text("LensModel", "xmp.Lens"),
		Exposure:    exposure(c.number("ExposureTime")),
		Aperture:    math.Round(c.number("FNumber")*10) / 10,
		ISO:         int(c.number("ISO")),
		FocalLength: math.Round(c.number("FocalLength")*10) / 10,
		Focal35:     int(c.number("FocalLengthIn35mmFormat")),
		Title:       c.text("xmp.Title", "iptc.ObjectName", "iptc.Headline", "xmp.Headline"),
		Description: c.text("xmp.Description", "iptc.Caption-Abstract", "ImageDescription"),
		Artist:      c.text("xmp.Creator", "iptc.By-line", "Artist"),
		Copyright:   c.text("xmp.Rights", "iptc.CopyrightNotice", "Copyright"),
		Keywords:    c.list("xmp.Subject", "iptc.Keywords"),
		GPS:         c.gps(),
	}
	e.TakenAt, e.Zoned = c.taken()
	return e
}

// text gives the first of the fields that holds words.
func (c exifReader) text(names ...string) string {
	for _, name := range names {
		var s string
		switch v := c.fields[name].(type) {
		case string:
			s = v
		case []string:
			s = strings.Join(v, ", ")
		}
		if s = cleanText(s); s != "" {
			return s
		}
	}
	return ""
}

func (c exifReader) list(names ...string) []string {
	for _, name := range names {
		var all []string
		switch v := c.fields[name].(type) {
		case string:
			all = []string{v}
		case []string:
			all = v
		}
		var out []string
		for _, s := range all[:min(len(all), maxKeywords)] {
			if s = cleanText(s); s != "" {
				out = append(out, s)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// cleanText drops what cameras and editors pad with, and what can't be shown.
func cleanText(s string) string {
	if !utf8.ValidString(s) {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if s == "binary comment" || s == "OLYMPUS DIGITAL CAMERA" {
		return ""
	}
	if runes := []rune(s); len(runes) > textRunes {
		s = string(runes[:textRunes])
	}
	return s
}

// number gives a finite, positive number or 0.
func (c exifReader) number(name string) float64 {
	var f float64
	switch v := c.fields[name].(type) {
	case interface{ Float64() float64 }:
		f = v.Float64()
	case float64:
		f = v
	case uint16:
		f = float64(v)
	case uint32:
		f = float64(v)
	case int:
		f = float64(v)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || f < 0 || f > 1e9 {
		return 0
	}
	return f
}

// camera joins maker and model; most models name their maker already.
func camera(maker, model string) string {
	if model == "" || maker == "" || strings.HasPrefix(strings.ToLower(model), strings.ToLower(strings.Fields(maker)[0])) {
		return maker[:len(maker)*b2i(model == "")] + model
	}
	return maker + " " + model
}

func exposure(seconds float64) string {
	switch {
	case seconds <= 0:
		return ""
	case seconds < 0.3:
		return fmt.Sprintf("1/%.0f", 1/seconds)
	default:
		return strconv.FormatFloat(math.Round(seconds*10)/10, 'f', -1, 64)
	}
}

func (c exifReader) taken() (time.Time, bool) {
	for _, names := range [][2]string{{"DateTimeOriginal", "OffsetTimeOriginal"}, {"CreateDate", "OffsetTimeDigitized"}, {"ModifyDate", "OffsetTime"}} {
		at := c.text(names[0])
		if len(at) < 19 {
			continue
		}
		if t, err := time.Parse("2006:01:02 15:04:05-07:00", at[:19]+c.text(names[1])); err == nil {
			return t.UTC(), true
		}
		if t, err := time.Parse("2006:01:02 15:04:05", at[:19]); err == nil && t.Year() > 1825 {
			return t, false
		}
	}
	return time.Time{}, false
}

func (c exifReader) gps() *LatLon {
	lat, ok := c.fields["GPSLatitude"].(float64)
	lon, ok2 := c.fields["GPSLongitude"].(float64)
	if !ok || !ok2 || !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 180) || lat == 0 && lon == 0 {
		return nil
	}
	if c.text("GPSLatitudeRef") == "S" {
		lat = -math.Abs(lat)
	}
	if c.text("GPSLongitudeRef") == "W" {
		lon = -math.Abs(lon)
	}
	return &LatLon{Lat: lat, Lon: lon}
}
