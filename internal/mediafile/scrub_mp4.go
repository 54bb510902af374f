package mediafile

import (
	"io"
	"slices"
)

// blank is a part of an MP4 that becomes an empty "free" box: nothing moves, so no offset has to change.
type blank struct{ start, body, end int64 }

var (
	keepTop = map[string]bool{
		"ftyp": true, "styp": true, "moov": true, "mdat": true, "moof": true, "sidx": true, "ssix": true, "mfra": true,
		"pdin": true, "prft": true, "emsg": true,
	}
	keepMoov = map[string]bool{"mvhd": true, "trak": true, "mvex": true, "iods": true}
	keepTrak = map[string]bool{"tkhd": true, "edts": true, "mdia": true, "tref": true, "trgr": true, "tapt": true, "clip": true}
)

// scrubMP4 blanks user data, metadata and every box it does not know. Tracks of timed metadata and text carry
// places in their samples (drones, action cameras, phones), so a file with one is refused.
func scrubMP4(in io.ReaderAt, size int64, out io.Writer) error {
	info, err := Probe(in, size, MP4)
	if err != nil {
		return err
	}
	if info.OtherTracks > 0 {
		return refuse(CodeNoScrub, map[string]any{"tracks": info.OtherTracks})
	}
	blanks, end, err := findBlanks(newWindow(in, size))
	if err != nil {
		return err
	}
	at := int64(0)
	for _, b := range blanks {
		if err := copyRange(out, in, at, b.start+4-at); err != nil {
			return err
		}
		if _, err := io.WriteString(out, "free"); err != nil {
			return err
		}
		if err := copyRange(out, in, b.start+8, b.body-b.start-8); err != nil {
			return err
		}
		if err := writeZeros(out, b.end-b.body); err != nil {
			return err
		}
		at = b.end
	}
	if err := copyRange(out, in, at, end-at); err != nil {
		return err
	}
	return writeZeros(out, size-end)
}

func findBlanks(w *window) (blanks []blank, end int64, err error) {
	add := func(b box) { blanks = append(blanks, blank{b.start, b.body, b.end}) }
	err = w.boxes(0, w.size, func(b box) error {
		end = b.end
		if !keepTop[b.kind] {
			add(b)
		}
		if b.kind != "moov" {
			return nil
		}
		return w.boxes(b.body, b.end, func(b box) error {
			if !keepMoov[b.kind] {
				add(b)
			}
			if b.kind != "trak" {
				return nil
			}
			return w.boxes(b.body, b.end, func(b box) error {
				if !keepTrak[b.kind] {
					add(b)
				}
				return nil
			})
		})
	})
	slices.SortFunc(blanks, func(a, b blank) int { return int(a.start - b.start) })
	return blanks, end, err
}

func writeZeros(out io.Writer, n int64) error {
	var zeros [32 << 10]byte
	for n > 0 {
		got, err := out.Write(zeros[:min(n, int64(len(zeros)))])
		if err != nil {
			return err
		}
		n -= int64(got)
	}
	return nil
}
