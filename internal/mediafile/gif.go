package mediafile

import (
	"bufio"
	"errors"
	"io"
)

type gifKind int

const (
	gifHeader  gifKind = iota // screen descriptor and global colours
	gifImage                  // one frame
	gifControl                // delay and transparency of the next frame
	gifLoop                   // how often to repeat
	gifOther                  // comments, text, foreign data
	gifEnd
)

// gifPart is one block of a GIF. head is its fixed part; its data blocks, if any, are handed to data.
type gifPart struct {
	kind gifKind
	head []byte
	data [][]byte // only of control, loop and other parts; frames are told piece by piece
}

const maxGIFExtension = 4 << 20 // bytes of data in one extension

// walkGIF tells fn each part (GIF89a §§17-27); a frame's pixels are skipped. Bytes behind the end are not read.
func walkGIF(r *bufio.Reader, fn func(gifPart) error) error {
	return walkGIFFrames(r, fn, func([]byte) error { return nil })
}

// walkGIFFrames is walkGIF that also hands over the bytes of the frames, length bytes included.
func walkGIFFrames(r *bufio.Reader, fn func(gifPart) error, pixels func([]byte) error) error {
	head, err := gifTable(r, 13, 10)
	if err != nil {
		return err
	}
	if err := fn(gifPart{kind: gifHeader, head: head}); err != nil {
		return err
	}
	for {
		mark, err := r.ReadByte()
		if err != nil {
			return err
		}
		switch mark {
		case 0x2c:
			err = gifFrame(r, fn, pixels)
		case 0x21:
			err = gifExtension(r, fn)
		case 0x3b:
			return fn(gifPart{kind: gifEnd, head: []byte{0x3b}})
		default:
			return broken("GIF block %#x", mark)
		}
		if err != nil {
			return err
		}
	}
}

// gifTable reads n bytes and the colour table that the flags at flagAt announce.
func gifTable(r io.Reader, n, flagAt int) ([]byte, error) {
	head := make([]byte, n, n+768)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if flags := head[flagAt]; flags&0x80 != 0 {
		head = head[:n+3<<(flags&7+1)]
		if _, err := io.ReadFull(r, head[n:]); err != nil {
			return nil, err
		}
	}
	return head, nil
}

func gifFrame(r *bufio.Reader, fn func(gifPart) error, pixels func([]byte) error) error {
	table, err := gifTable(r, 9, 8)
	if err != nil {
		return err
	}
	code, err := r.ReadByte()
	if err != nil {
		return err
	}
	if err := fn(gifPart{kind: gifImage, head: append(append([]byte{0x2c}, table...), code)}); err != nil {
		return err
	}
	return gifBlocks(r, pixels)
}

// gifBlocks hands over data blocks with their length byte, the closing empty one too.
func gifBlocks(r *bufio.Reader, fn func([]byte) error) error {
	var block [256]byte
	for {
		n, err := r.ReadByte()
		if err != nil {
			return err
		}
		block[0] = n
		if _, err := io.ReadFull(r, block[1:1+int(n)]); err != nil {
			return err
		}
		if err := fn(block[:1+int(n)]); err != nil || n == 0 {
			return err
		}
	}
}

func gifExtension(r *bufio.Reader, fn func(gifPart) error) error {
	label, err := r.ReadByte()
	if err != nil {
		return err
	}
	part := gifPart{kind: gifOther, head: []byte{0x21, label}}
	total := 0
	err = gifBlocks(r, func(b []byte) error {
		if total += len(b); total > maxGIFExtension {
			return errors.New("GIF extension too large")
		}
		part.data = append(part.data, append([]byte(nil), b...))
		return nil
	})
	if err != nil {
		return err
	}
	switch first := part.data[0]; {
	case label == 0xf9 && len(first) == 5:
		part.kind, part.head = gifControl, append(part.head, first...)
		part.data = part.data[1:]
	case label == 0xff && len(first) == 12 && (string(first[1:]) == "NETSCAPE2.0" || string(first[1:]) == "ANIMEXTS1.0"):
		part.kind = gifLoop
	}
	return fn(part)
}
