package mediafile

// heifHead is what the meta box of a HEIC or AVIF file says (ISO/IEC 23008-12 §6, §9).
type heifHead struct {
	primary int64
	props   []heifProp
	assoc   map[int64][]int // item to the numbers of its properties, from 1
	private bool            // an item with EXIF or XMP is inside
}

type heifProp struct {
	kind          string
	width, height int
	angle         int // quarters, counter-clockwise
}

const maxItems = 20_000

func readHEIF(w *window) (heifHead, error) {
	h, found := heifHead{assoc: map[int64][]int{}}, false
	err := w.boxes(0, w.size, func(b box) error {
		if b.kind != "meta" || found {
			return nil
		}
		found = true
		return w.boxes(b.body+4, b.end, func(b box) error { return h.metaChild(w, b) })
	})
	if err == nil && !found {
		err = broken("no meta box")
	}
	return h, err
}

func (h *heifHead) metaChild(w *window, b box) error {
	switch b.kind {
	case "pitm":
		c, err := w.content(b, 8)
		if err != nil || len(c) < 6 {
			return err
		}
		h.primary = int64(be16(c[4:]))
		if c[0] > 0 && len(c) >= 8 {
			h.primary = be32(c[4:])
		}
	case "iinf":
		return h.itemInfos(w, b)
	case "iprp":
		return w.boxes(b.body, b.end, func(b box) error {
			switch b.kind {
			case "ipco":
				return w.boxes(b.body, b.end, func(b box) error { return h.property(w, b) })
			case "ipma":
				return h.associations(w, b)
			}
			return nil
		})
	}
	return nil
}

func (h *heifHead) itemInfos(w *window, b box) error {
	c, err := w.content(b, 8)
	if err != nil || len(c) < 6 {
		return err
	}
	from := b.body + 6
	if c[0] > 0 {
		from = b.body + 8
	}
	return w.boxes(from, b.end, func(b box) error {
		c, err := w.content(b, 14)
		if err != nil || b.kind != "infe" || len(c) < 12 {
			return err
		}
		kind := string(c[8:12])
		if c[0] >= 3 && len(c) >= 14 {
			kind = string(c[10:14])
		}
		if kind == "Exif" || kind == "mime" || kind == "uri " {
			h.private = true
		}
		return nil
	})
}

func (h *heifHead) property(w *window, b box) error {
	if len(h.props) > maxItems {
		return errBudget
	}
	p := heifProp{kind: b.kind}
	if b.kind == "ispe" || b.kind == "irot" {
		c, err := w.content(b, 12)
		if err != nil {
			return err
		}
		switch {
		case b.kind == "ispe" && len(c) == 12:
			p.width, p.height = int(be32(c[4:])), int(be32(c[8:]))
		case b.kind == "irot" && len(c) > 0:
			p.angle = int(c[0] & 3)
		}
	}
	h.props = append(h.props, p)
	return nil
}

// associations reads ipma: which item has which properties.
func (h *heifHead) associations(w *window, b box) error {
	if b.end-b.body > maxPiece {
		return errBudget
	}
	c, err := w.content(b, maxPiece)
	if err != nil || len(c) < 8 {
		return err
	}
	wideItem, wideIndex, entries := c[0] > 0, c[3]&1 != 0, be32(c[4:])
	for c = c[8:]; entries > 0 && len(h.assoc) < maxItems; entries-- {
		var item int64
		if item, c = take(c, wideItem, 2, 4); len(c) < 1 {
			return nil
		}
		count := int(c[0])
		c = c[1:]
		for range count {
			var index int64
			if index, c = take(c, wideIndex, 1, 2); c == nil {
				return nil
			}
			index &= 0x7f | int64(b2i(wideIndex))*0x7f00
			h.assoc[item] = append(h.assoc[item], int(index))
		}
	}
	return nil
}

// take reads a number of small or, when wide, of large bytes; the rest is nil at the end.
func take(b []byte, wide bool, small, large int) (int64, []byte) {
	n := small
	if wide {
		n = large
	}
	if len(b) < n {
		return 0, nil
	}
	var v int64
	for _, x := range b[:n] {
		v = v<<8 | int64(x)
	}
	return v, b[n:]
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func probeHEIF(w *window, info *Info) error {
	h, err := readHEIF(w)
	if err != nil {
		return err
	}
	info.Frames, info.Complete = 1, true
	for _, index := range h.assoc[h.primary] {
		if index < 1 || index > len(h.props) {
			continue
		}
		switch p := h.props[index-1]; p.kind {
		case "ispe":
			info.Width, info.Height = p.width, p.height
		case "irot":
			info.Orientation = []int{1, 8, 3, 6}[p.angle]
		}
	}
	if info.Width == 0 || info.Height == 0 {
		return broken("no size of the main picture")
	}
	return nil
}
