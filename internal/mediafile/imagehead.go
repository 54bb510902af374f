package mediafile

import (
	"bufio"
	"bytes"
	"io"
)

const (
	pngMagic    = "\x89PNG\r\n\x1a\n"
	maxSegments = 2000
)

// probeJPEG walks the segments up to the frame header (ITU T.81 §B.1).
func probeJPEG(w *window, info *Info) error {
	info.Frames, info.Complete = 1, true
	for off, n := int64(2), 0; n < maxSegments; n++ {
		h, err := w.at(off, 4)
		if err != nil {
			return err
		}
		marker, length := h[1], int64(be16(h[2:]))
		switch {
		case h[0] != 0xff:
			return broken("no JPEG marker at %d", off)
		case marker == 0xff: // padding
			off++
			continue
		case marker >= 0xd0 && marker <= 0xd8 || marker == 0x01: // no length follows
			off += 2
			continue
		case marker == 0xd9 || marker == 0xda:
			return broken("JPEG without a frame header")
		case marker == 0xe1 && length > 8:
			if o := exifOrientationAt(w, off+4, length-2); o != 0 {
				info.Orientation = o
			}
		case isSOF(marker):
			b, err := w.at(off+4, 6)
			if err != nil {
				return err
			}
			info.Height, info.Width = be16(b[1:]), be16(b[3:])
			return nil
		}
		off += 2 + length
	}
	return errBudget
}

// isSOF says whether a marker starts a frame: C0 to CF without DHT, JPG and DAC.
func isSOF(m byte) bool { return m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc }

func exifOrientationAt(w *window, off, length int64) int {
	b, err := w.at(off, int(min(length, 64<<10)))
	if err != nil || !bytes.HasPrefix(b, []byte("Exif\x00\x00")) {
		return 0
	}
	return tiffOrientation(b[6:])
}

// probePNG walks all chunks: the orientation may stand behind the picture (PNG, third edition §5.3).
func probePNG(w *window, info *Info) error {
	info.Frames, info.Complete = 1, true
	h, err := w.at(8, 16)
	if err != nil {
		return err
	}
	if string(h[4:8]) != "IHDR" {
		return broken("PNG without IHDR")
	}
	info.Width, info.Height = int(be32(h[8:])), int(be32(h[12:]))
	for off := int64(8); ; {
		h, err := w.at(off, 8)
		if err != nil {
			return nil // a cut file can still be shown in part
		}
		length := be32(h)
		switch string(h[4:8]) {
		case "acTL":
			if b, err := w.at(off+8, 4); err == nil {
				info.Frames = max(1, int(be32(b)))
			}
		case "eXIf":
			if b, err := w.upTo(off+8, int(min(length, 64<<10))); err == nil {
				if o := tiffOrientation(b); o != 0 {
					info.Orientation = o
				}
			}
		case "IEND":
			return nil
		}
		off += 12 + length
	}
}

// probeWebP reads the RIFF chunks (RFC 9649 §2).
func probeWebP(w *window, info *Info) error {
	info.Frames, info.Complete = 1, true
	animated := 0
	err := w.riff(12, func(id string, off, length int64) error {
		b, err := w.upTo(off, 10)
		if err != nil || len(b) < 10 {
			return err
		}
		switch id {
		case "VP8X":
			info.Width, info.Height = int(le32(b[4:])&0xffffff)+1, int(le32(b[6:])>>8)+1
		case "VP8 ":
			if info.Width == 0 {
				info.Width, info.Height = le16(b[6:])&0x3fff, le16(b[8:])&0x3fff
			}
		case "VP8L":
			if bits := le32(b[1:]); info.Width == 0 {
				info.Width, info.Height = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
			}
		case "ANMF":
			animated++
		case "EXIF":
			if b, err := w.upTo(off, int(min(length, 64<<10))); err == nil {
				if o := tiffOrientation(bytes.TrimPrefix(b, []byte("Exif\x00\x00"))); o != 0 {
					info.Orientation = o
				}
			}
		}
		return nil
	})
	info.Frames = max(1, animated)
	if info.Width == 0 && err == nil {
		err = broken("WebP without a picture")
	}
	return err
}

// riff calls fn with the content of each chunk from off on.
func (w *window) riff(off int64, fn func(id string, off, length int64) error) error {
	for off+8 <= w.size {
		h, err := w.at(off, 8)
		if err != nil {
			return err
		}
		length := le32(h[4:])
		if err := fn(string(h[:4]), off+8, length); err != nil {
			return err
		}
		off += 8 + length + length&1
	}
	return nil
}

// probeGIF counts the frames and adds up their times, skipping the pictures.
func probeGIF(f io.ReaderAt, size int64, info *Info) error {
	info.Complete = true
	var hundredths int64
	err := walkGIF(bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 64<<10), func(p gifPart) error {
		switch {
		case p.kind == gifHeader:
			info.Width, info.Height = le16(p.head[6:]), le16(p.head[8:])
		case p.kind == gifImage:
			info.Frames++
		case p.kind == gifControl && len(p.head) >= 6:
			hundredths += int64(le16(p.head[4:]))
		}
		return nil
	})
	info.DurationMS = hundredths * 10
	if info.Frames > 0 {
		return nil // what comes behind a whole frame may be cut
	}
	if err == nil {
		err = broken("GIF without a picture")
	}
	return err
}
