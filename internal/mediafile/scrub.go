package mediafile

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Scrub copies a file without what tells place, serial numbers and programs: pixels and sound stay bit for bit,
// and so do colour profile and orientation. Formats that can't be cleaned so are refused with CodeNoScrub; then
// offer a converted file (Runner.Scrub does it for sound and film).
//
// It trusts nothing but allowed parts: what it does not know, it drops.
func Scrub(t Type, in io.ReaderAt, size int64, out io.Writer) error {
	return scrub(t, in, size, out, false)
}

// scrubVariant is Scrub for what an encoder of ours wrote: sRGB and upright, so profile and orientation go too.
func scrubVariant(t Type, in io.ReaderAt, size int64, out io.Writer) error {
	return scrub(t, in, size, out, true)
}

func scrub(t Type, in io.ReaderAt, size int64, out io.Writer, bare bool) error {
	b := bufio.NewWriterSize(out, 64<<10)
	var err error
	switch t {
	case JPEG:
		err = scrubJPEG(in, size, b, bare)
	case PNG:
		err = scrubPNG(in, size, b, bare)
	case GIF:
		err = scrubGIF(in, size, b)
	case WebP:
		err = scrubWebP(in, size, b, bare)
	case MP4, MOV, M4A:
		err = scrubMP4(in, size, b)
	case HEIC, AVIF:
		err = scrubHEIF(t, in, size, b)
	default:
		return refuse(CodeNoScrub, map[string]any{"type": t.MIME})
	}
	if err != nil {
		return asBroken(t, err)
	}
	return b.Flush()
}

// scrubPNG keeps the chunks that draw the picture and ends at IEND.
func scrubPNG(in io.ReaderAt, size int64, out io.Writer, bare bool) error {
	info, err := Probe(in, size, PNG)
	if err != nil {
		return err
	}
	w := newWindow(in, size)
	if _, err := io.WriteString(out, pngMagic); err != nil {
		return err
	}
	for off := int64(len(pngMagic)); ; {
		h, err := w.at(off, 8)
		if err != nil {
			return err
		}
		length, kind := be32(h), string(h[4:])
		if off+12+length > size {
			return io.ErrUnexpectedEOF
		}
		if kind == "IDAT" && info.Orientation > 1 && !bare {
			if err := writePNGChunk(out, "eXIf", orientationTIFF(info.Orientation)); err != nil {
				return err
			}
			info.Orientation = 1 // once is enough
		}
		if keepPNG[kind] && !(bare && kind == "iCCP") {
			if err := copyRange(out, in, off, 12+length); err != nil {
				return err
			}
		}
		if kind == "IEND" {
			return nil
		}
		off += 12 + length
	}
}

var keepPNG = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true, "sRGB": true,
	"iCCP": true, "sBIT": true, "bKGD": true, "pHYs": true, "hIST": true, "cICP": true, "mDCV": true, "cLLI": true,
	"acTL": true, "fcTL": true, "fdAT": true,
}

// scrubGIF drops comments and foreign extensions, and what lies behind the end.
func scrubGIF(in io.ReaderAt, size int64, out io.Writer) error {
	write := func(b []byte) error {
		_, err := out.Write(b)
		return err
	}
	return walkGIFFrames(bufio.NewReaderSize(io.NewSectionReader(in, 0, size), 64<<10), func(p gifPart) error {
		if p.kind == gifOther {
			return nil
		}
		if err := write(p.head); err != nil {
			return err
		}
		for _, b := range p.data {
			if err := write(b); err != nil {
				return err
			}
		}
		return nil
	}, write)
}

// scrubWebP drops EXIF, XMP and unknown chunks, and sets the flags of VP8X to what is left.
func scrubWebP(in io.ReaderAt, size int64, out io.Writer, bare bool) error {
	info, err := Probe(in, size, WebP)
	if err != nil {
		return err
	}
	type chunk struct{ off, length int64 }
	var kept []chunk
	w, total, extended := newWindow(in, size), int64(4), int64(-1)
	err = w.riff(12, func(id string, off, length int64) error {
		if off+length > size {
			return io.ErrUnexpectedEOF
		}
		switch id {
		case "VP8X":
			extended = off
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF":
		case "ICCP":
			if bare {
				return nil
			}
		default:
			return nil
		}
		length = min(length+length&1, size-off)
		kept, total = append(kept, chunk{off - 8, 8 + length}), total+8+length
		return nil
	})
	if err != nil {
		return err
	}
	var exif []byte
	if info.Orientation > 1 && extended >= 0 && !bare {
		exif = orientationTIFF(info.Orientation)
		total += 8 + int64(len(exif))
	}
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(total))
	if _, err := out.Write(append(head, "WEBP"...)); err != nil {
		return err
	}
	for _, c := range kept {
		if c.off == extended-8 {
			err = writeVP8X(w, out, extended, exif != nil, bare)
		} else {
			err = copyRange(out, in, c.off, c.length)
		}
		if err != nil {
			return err
		}
	}
	if exif == nil {
		return nil
	}
	_, err = out.Write(append(binary.LittleEndian.AppendUint32([]byte("EXIF"), uint32(len(exif))), exif...))
	return err
}

// writeVP8X copies the extended header (RFC 9649 §2.7): bit 2 says XMP, bit 3 EXIF, bit 5 a colour profile.
func writeVP8X(w *window, out io.Writer, off int64, exif, bare bool) error {
	b, err := w.at(off-8, 18)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b[4:], 10)
	b[8] &^= 1<<2 | 1<<3
	if bare {
		b[8] &^= 1 << 5
	}
	if exif {
		b[8] |= 1 << 3
	}
	_, err = out.Write(b)
	return err
}

// scrubHEIF copies a file that holds neither EXIF nor XMP; taking items out would mean moving all others.
func scrubHEIF(t Type, in io.ReaderAt, size int64, out io.Writer) error {
	h, err := readHEIF(newWindow(in, size))
	if err != nil {
		return err
	}
	if h.private {
		return refuse(CodeNoScrub, map[string]any{"type": t.MIME})
	}
	return copyRange(out, in, 0, size)
}

func copyRange(out io.Writer, in io.ReaderAt, off, n int64) error {
	got, err := io.Copy(out, io.NewSectionReader(in, off, n))
	if err == nil && got < n {
		err = io.ErrUnexpectedEOF
	}
	return err
}
