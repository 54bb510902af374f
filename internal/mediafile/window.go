package mediafile

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	maxPiece = 1 << 20 // the largest piece a header reader holds at once
	maxReads = 50_000  // and how often it may ask, so that no crafted file keeps it busy
)

var errBudget = errors.New("too many parts in the header")

// window reads pieces of a file within bounds; all header readers go through it.
type window struct {
	r     io.ReaderAt
	size  int64
	reads int
}

func newWindow(r io.ReaderAt, size int64) *window { return &window{r: r, size: size} }

// at gives n bytes from off, or an error when the file is shorter.
func (w *window) at(off int64, n int) ([]byte, error) {
	w.reads++
	if w.reads > maxReads {
		return nil, errBudget
	}
	if off < 0 || n < 0 || n > maxPiece || off > w.size-int64(n) {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	if got, err := w.r.ReadAt(b, off); got < n {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// upTo gives at most n bytes from off, fewer at the end of the file.
func (w *window) upTo(off int64, n int) ([]byte, error) {
	return w.at(off, int(max(0, min(int64(n), w.size-off))))
}

// box is one box of an ISO base media file (ISO/IEC 14496-12 §4.2).
type box struct {
	kind       string
	start, end int64 // of the whole box
	body       int64 // where its content begins
}

// boxes calls fn for each box between from and to. A box that claims more than there is ends at to.
func (w *window) boxes(from, to int64, fn func(box) error) error {
	for from+8 <= to {
		h, err := w.at(from, 8)
		if err != nil {
			return err
		}
		b := box{kind: string(h[4:8]), start: from, body: from + 8}
		size := int64(binary.BigEndian.Uint32(h))
		switch size {
		case 0:
			size = to - from
		case 1:
			long, err := w.at(from+8, 8)
			if err != nil {
				return err
			}
			size, b.body = int64(binary.BigEndian.Uint64(long)), from+16
		}
		if size < b.body-from {
			return broken("box %q of %d bytes at %d", b.kind, size, from)
		}
		b.end = to
		if size < to-from {
			b.end = from + size
		}
		if err := fn(b); err != nil {
			return err
		}
		from = b.end
	}
	return nil
}

// content gives the first n bytes of a box's content, fewer if the box is smaller.
func (w *window) content(b box, n int) ([]byte, error) {
	return w.at(b.body, int(min(int64(n), b.end-b.body)))
}

func be16(b []byte) int   { return int(binary.BigEndian.Uint16(b)) }
func be32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }
func be64(b []byte) int64 { return int64(binary.BigEndian.Uint64(b) &^ (1 << 63)) }
func le16(b []byte) int   { return int(binary.LittleEndian.Uint16(b)) }
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
