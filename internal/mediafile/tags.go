package mediafile

import (
	"errors"
	"io"

	"github.com/dhowden/tag"
)

// Tags is what a sound file tells about itself.
type Tags struct {
	Title  string `json:"title,omitempty"`
	Artist string `json:"artist,omitempty"`
	Album  string `json:"album,omitempty"`
	Genre  string `json:"genre,omitempty"`
	Year   int    `json:"year,omitempty"`
	Track  int    `json:"track,omitempty"`
	Cover  []byte `json:"cover,omitempty"` // a picture of a type that Sniff takes, else empty
}

const (
	maxCover  = 8 << 20
	tagBudget = 64 << 20 // bytes that the tag reader may read of one file
)

// readTags reads ID3, Vorbis comments, FLAC blocks and MP4 atoms. The library allocates what the file claims,
// so it runs only in the child process that Runner.Describe starts.
func readTags(r io.ReaderAt, size int64) (tags Tags) {
	defer func() {
		if recover() != nil { // the library panics on some broken files; no tags are no fault
			tags = Tags{}
		}
	}()
	m, err := tag.ReadFrom(&budgetReader{r: io.NewSectionReader(r, 0, size), left: tagBudget})
	if err != nil {
		return Tags{}
	}
	track, _ := m.Track()
	tags = Tags{
		Title: cleanText(m.Title()), Artist: cleanText(m.Artist()), Album: cleanText(m.Album()),
		Genre: cleanText(m.Genre()), Year: m.Year(), Track: track,
	}
	if p := m.Picture(); p != nil && len(p.Data) <= maxCover {
		if t, err := Sniff(p.Data, int64(len(p.Data))); err == nil && t.Kind == Image {
			tags.Cover = p.Data
		}
	}
	return tags
}

// budgetReader ends a reader that runs in circles.
type budgetReader struct {
	r    io.ReadSeeker
	left int
}

var errTagBudget = errors.New("tags too large")

func (b *budgetReader) Read(p []byte) (int, error) {
	b.left -= len(p) + 16
	if b.left < 0 {
		return 0, errTagBudget
	}
	return b.r.Read(p)
}

func (b *budgetReader) Seek(off int64, whence int) (int64, error) { return b.r.Seek(off, whence) }
