package mediafile

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// scrubJPEG keeps the segments that draw the picture, the colour profile and the orientation. It ends with the
// picture: what phones hang behind it (previews, films, depth) carries metadata of its own.
func scrubJPEG(in io.ReaderAt, size int64, out *bufio.Writer, bare bool) error {
	info, err := Probe(in, size, JPEG)
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(io.NewSectionReader(in, 2, size-2), 64<<10)
	out.Write([]byte{0xff, 0xd8})
	if info.Orientation > 1 && !bare {
		writeJPEGExif(out, info.Orientation)
	}
	for {
		marker, err := nextMarker(r)
		if err != nil {
			return err
		}
		if marker == 0xd9 {
			_, err := out.Write([]byte{0xff, 0xd9})
			return err
		}
		if marker >= 0xd0 && marker <= 0xd8 || marker == 0x01 {
			continue
		}
		body, err := readSegment(r)
		if err != nil {
			return err
		}
		if keepSegment(marker, body, bare) {
			out.Write([]byte{0xff, marker})
			out.Write(body)
		}
		if marker == 0xda {
			if done, err := copyScan(r, out); done || err != nil {
				return err
			}
		}
	}
}

// nextMarker skips fill bytes.
func nextMarker(r *bufio.Reader) (byte, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	if b != 0xff {
		return 0, broken("no JPEG marker but %#x", b)
	}
	for b == 0xff {
		if b, err = r.ReadByte(); err != nil {
			return 0, err
		}
	}
	return b, nil
}

// readSegment reads a segment with its two length bytes.
func readSegment(r *bufio.Reader) ([]byte, error) {
	var h [2]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, err
	}
	n := be16(h[:])
	if n < 2 {
		return nil, broken("JPEG segment of %d bytes", n)
	}
	body := make([]byte, n)
	copy(body, h[:])
	_, err := io.ReadFull(r, body[2:])
	return body, err
}

// keepSegment drops APPn and comments but for JFIF, Adobe's colour transform and the colour profile.
func keepSegment(marker byte, body []byte, bare bool) bool {
	content := body[2:]
	switch {
	case marker == 0xe0:
		return bytes.HasPrefix(content, []byte("JFIF\x00")) && len(content) == 14
	case marker == 0xe2:
		return !bare && bytes.HasPrefix(content, []byte("ICC_PROFILE\x00"))
	case marker == 0xee:
		return bytes.HasPrefix(content, []byte("Adobe"))
	case marker >= 0xe0 && marker <= 0xef, marker == 0xfe:
		return false
	}
	return true
}

// copyScan copies entropy-coded bytes up to the next marker, which it leaves in r (ITU T.81 §B.1.1.5).
// A file that is cut within the picture gets an end and is done.
func copyScan(r *bufio.Reader, out *bufio.Writer) (done bool, err error) {
	for {
		peek, err := r.Peek(2)
		if len(peek) < 2 {
			if errors.Is(err, io.EOF) {
				_, err = out.Write([]byte{0xff, 0xd9})
			}
			return true, err
		}
		if peek[0] == 0xff && peek[1] != 0 && peek[1] != 0xff && (peek[1] < 0xd0 || peek[1] > 0xd7) {
			return false, nil
		}
		n := 1
		if peek[0] == 0xff && peek[1] != 0xff {
			n = 2
		} else if peek[0] != 0xff {
			n = plainRun(r)
		}
		run, _ := r.Peek(n)
		if _, err := out.Write(run); err != nil {
			return true, err
		}
		if _, err := r.Discard(n); err != nil {
			return true, err
		}
	}
}

// plainRun counts the buffered bytes before the next 0xff.
func plainRun(r *bufio.Reader) int {
	buffered, _ := r.Peek(r.Buffered())
	if i := bytes.IndexByte(buffered, 0xff); i >= 0 {
		return i
	}
	return len(buffered)
}

func writeJPEGExif(out *bufio.Writer, orientation int) {
	tiff := orientationTIFF(orientation)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+6+len(tiff)))
	out.Write(append(append(head, "Exif\x00\x00"...), tiff...))
}

func writePNGChunk(out io.Writer, kind string, body []byte) error {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	b = append(append(b, kind...), body...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	_, err := out.Write(b)
	return err
}
