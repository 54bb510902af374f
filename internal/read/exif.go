package read

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"allmende"
	"allmende/internal/lang"
)

// Fact is one thing that a file tells about itself, in the reader's language.
type Fact struct{ Name, Value string }

// facts is what the upload kept of a file's own words.
type facts struct {
	Exif struct {
		Camera      string    `json:"camera"`
		Lens        string    `json:"lens"`
		Exposure    string    `json:"exposure"`
		Aperture    float64   `json:"aperture"`
		ISO         int       `json:"iso"`
		FocalLength float64   `json:"focal_length"`
		Focal35     int       `json:"focal_35"`
		TakenAt     time.Time `json:"taken_at"`
		GPS         *struct {
			Lat float64 `json:"lat"`
			Lon float64 `json:"lon"`
		} `json:"gps"`
	} `json:"exif"`
	Tags struct {
		Title  string `json:"title"`
		Artist string `json:"artist"`
		Album  string `json:"album"`
		Year   int    `json:"year"`
	} `json:"tags"`
}

// Facts are what may be shown of a medium's own words: camera, lens, exposure
// and date of a photo, title and artist of a sound (row P2). The place is among
// them only while the owner allows it.
func Facts(m *allmende.Media, tag lang.Tag) []Fact {
	var f facts
	if m.Exif == "" || json.Unmarshal([]byte(m.Exif), &f) != nil {
		return nil
	}
	var out []Fact
	add := func(key, value string) {
		if value != "" {
			out = append(out, Fact{lang.T(tag, key), value})
		}
	}
	add("media.tag_title", f.Tags.Title)
	add("media.tag_artist", f.Tags.Artist)
	add("media.tag_album", f.Tags.Album)
	add("media.tag_year", positive(f.Tags.Year))
	add("media.exif_camera", f.Exif.Camera)
	add("media.exif_lens", f.Exif.Lens)
	if f.Exif.Exposure != "" {
		add("media.exif_exposure", lang.T(tag, "media.exif_seconds", "time", f.Exif.Exposure))
	}
	if f.Exif.Aperture > 0 {
		add("media.exif_aperture", "f/"+decimal(tag, f.Exif.Aperture))
	}
	add("media.exif_iso", positive(f.Exif.ISO))
	add("media.exif_focal", f.focal(tag))
	if !f.Exif.TakenAt.IsZero() {
		add("media.exif_taken", lang.DateTime(tag, f.Exif.TakenAt.UTC()))
	}
	if f.Exif.GPS != nil && m.ShowPlace {
		add("media.exif_place", strconv.FormatFloat(f.Exif.GPS.Lat, 'f', 5, 64)+", "+strconv.FormatFloat(f.Exif.GPS.Lon, 'f', 5, 64))
	}
	return out
}

func (f *facts) focal(tag lang.Tag) string {
	if f.Exif.FocalLength <= 0 {
		return ""
	}
	length := decimal(tag, f.Exif.FocalLength)
	if f.Exif.Focal35 > 0 && float64(f.Exif.Focal35) != f.Exif.FocalLength {
		return lang.T(tag, "media.exif_focal_35", "length", length, "full", positive(f.Exif.Focal35))
	}
	return lang.T(tag, "media.exif_mm", "length", length)
}

func positive(n int) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// decimal writes at most two digits behind the point, or the comma.
func decimal(tag lang.Tag, f float64) string {
	s := strings.TrimRight(strings.TrimRight(strconv.FormatFloat(f, 'f', 2, 64), "0"), ".")
	if tag != lang.En {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}
