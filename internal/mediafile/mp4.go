package mediafile

import "encoding/binary"

const maxTracks = 64

// mp4Track is one track of an MP4 or QuickTime file (ISO/IEC 14496-12 §8).
type mp4Track struct {
	handler       string
	codec         string
	width, height int
	rotation      int
	timescale     int64
	duration      int64 // in timescale
	samples       int64
	profile       int
	hdr           bool
	rate          int
	channels      int
}

func probeMP4(w *window, info *Info) error {
	var tracks []mp4Track
	var scale, duration int64
	found := false
	err := w.boxes(0, w.size, func(b box) error {
		if b.kind != "moov" {
			return nil
		}
		found = true
		return w.boxes(b.body, b.end, func(b box) error {
			switch b.kind {
			case "mvhd":
				var err error
				scale, duration, err = readTimes(w, b)
				return err
			case "trak":
				if len(tracks) >= maxTracks {
					return errBudget
				}
				t := mp4Track{}
				err := t.read(w, b)
				tracks = append(tracks, t)
				return err
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if !found {
		return broken("no moov box")
	}
	if scale > 0 {
		info.DurationMS = millis(duration, scale)
	}
	return mp4Info(info, tracks)
}

// mp4Info picks the first track of each sort.
func mp4Info(info *Info, tracks []mp4Track) error {
	for _, t := range tracks {
		switch {
		case t.handler == "vide" && info.VideoCodec == "":
			info.VideoCodec, info.Width, info.Height = t.codec, t.width, t.height
			info.Profile, info.Rotation, info.HDR = t.profile, t.rotation, t.hdr
			if t.rotation == 90 || t.rotation == 270 {
				info.Width, info.Height = t.height, t.width
			}
			if t.codec == "h264" && (t.profile == 66 || t.profile == 77 || t.profile == 100) {
				info.PixFmt = "yuv420p"
			}
			if ms := t.millis(); ms > 0 {
				info.FPS = float64(t.samples) * 1000 / float64(ms)
			}
		case t.handler == "soun" && info.AudioCodec == "":
			info.AudioCodec, info.SampleRate, info.Channels = t.codec, t.rate, t.channels
		case t.handler != "vide" && t.handler != "soun":
			info.OtherTracks++
		}
		info.DurationMS = max(info.DurationMS, t.millis())
	}
	switch {
	case info.VideoCodec == "" && info.AudioCodec == "":
		return broken("neither picture nor sound")
	case info.VideoCodec == "":
		info.Type = M4A
	case info.Type == M4A:
		info.Type = MP4
	}
	info.Complete = info.DurationMS > 0
	return nil
}

func millis(n, scale int64) int64 {
	if scale <= 0 || n < 0 || n > 1<<50 {
		return 0
	}
	return int64(float64(n) * 1000 / float64(scale))
}

func (t *mp4Track) millis() int64 { return millis(t.duration, t.timescale) }

// read walks trak, mdia, minf and stbl.
func (t *mp4Track) read(w *window, parent box) error {
	return w.boxes(parent.body, parent.end, func(b box) error {
		var err error
		switch b.kind {
		case "mdia", "minf", "stbl":
			err = t.read(w, b)
		case "tkhd":
			err = t.matrix(w, b)
		case "mdhd":
			t.timescale, t.duration, err = readTimes(w, b)
		case "hdlr":
			var c []byte
			// QuickTime has a second hdlr in minf, which says "url " and is not the track's.
			if c, err = w.content(b, 12); err == nil && len(c) == 12 && parent.kind == "mdia" {
				t.handler = string(c[8:12])
			}
		case "stsz", "stz2":
			var c []byte
			if c, err = w.content(b, 12); err == nil && len(c) == 12 {
				t.samples = be32(c[8:])
			}
		case "stsd":
			err = t.sampleEntry(w, b)
		}
		return err
	})
}

// readTimes reads timescale and duration of mvhd or mdhd.
func readTimes(w *window, b box) (scale, duration int64, err error) {
	c, err := w.content(b, 32)
	if err != nil || len(c) < 20 {
		return 0, 0, err
	}
	if c[0] == 1 {
		if len(c) < 32 {
			return 0, 0, nil
		}
		return be32(c[20:]), be64(c[24:]), nil
	}
	scale, duration = be32(c[12:]), be32(c[16:])
	if duration == 0xffffffff { // "not known"
		duration = 0
	}
	return scale, duration, nil
}

// matrix reads how the picture is turned (§6.2.2, §8.3.2).
func (t *mp4Track) matrix(w *window, b box) error {
	c, err := w.content(b, 92)
	if err != nil || len(c) < 80 {
		return err
	}
	from := 40
	if c[0] == 1 {
		from = 52
	}
	if len(c) < from+20 {
		return nil
	}
	at := func(i int) int { return int(int32(binary.BigEndian.Uint32(c[from+i*4:]))) >> 16 }
	switch a, b, c, d := at(0), at(1), at(3), at(4); {
	case a == 0 && b == 1 && c == -1 && d == 0:
		t.rotation = 90
	case a == -1 && b == 0 && c == 0 && d == -1:
		t.rotation = 180
	case a == 0 && b == -1 && c == 1 && d == 0:
		t.rotation = 270
	}
	return nil
}

// sampleEntry reads the first sample description; the handler is known by now, as hdlr comes before minf.
func (t *mp4Track) sampleEntry(w *window, b box) error {
	return w.boxes(b.body+8, b.end, func(b box) error {
		if t.codec != "" {
			return nil
		}
		t.codec = codecName(b.kind)
		switch t.handler {
		case "vide":
			return t.visualEntry(w, b)
		case "soun":
			return t.soundEntry(w, b)
		}
		return nil
	})
}

func (t *mp4Track) visualEntry(w *window, b box) error {
	c, err := w.content(b, 78)
	if err != nil || len(c) < 78 {
		return err
	}
	t.width, t.height = be16(c[24:]), be16(c[26:])
	return w.boxes(b.body+78, b.end, func(b box) error {
		c, err := w.content(b, 16)
		if err != nil {
			return err
		}
		switch {
		case b.kind == "avcC" && len(c) >= 4:
			t.profile = int(c[1])
		case b.kind == "colr" && len(c) >= 10 && (string(c[:4]) == "nclx" || string(c[:4]) == "nclc"):
			curve := be16(c[6:])
			t.hdr = curve == 16 || curve == 18 // PQ, HLG (ITU-T H.273 table 3)
		}
		return nil
	})
}

func (t *mp4Track) soundEntry(w *window, b box) error {
	c, err := w.content(b, 28)
	if err != nil || len(c) < 28 {
		return err
	}
	t.channels, t.rate = be16(c[16:]), be16(c[24:])
	from := b.body + 28
	switch be16(c[8:]) { // QuickTime's versions of the sound description
	case 1:
		from += 16
	case 2:
		from += 36
	}
	var look func(b box) error
	look = func(b box) error {
		switch b.kind {
		case "wave":
			return w.boxes(b.body, b.end, look)
		case "esds":
			c, err := w.content(b, 512)
			if err == nil && t.codec == "mp4a" {
				t.codec = esdsCodec(c)
			}
			return err
		}
		return nil
	}
	if from >= b.end {
		return nil
	}
	return w.boxes(from, b.end, look)
}

// esdsCodec finds the object type in the decoder description (ISO/IEC 14496-1 §7.2.6).
func esdsCodec(c []byte) string {
	if len(c) < 4 {
		return "mp4a"
	}
	for c = c[4:]; len(c) >= 2; {
		tag := c[0]
		c = c[1:]
		for len(c) > 0 && c[0]&0x80 != 0 { // the length, which is not needed
			c = c[1:]
		}
		if len(c) < 4 {
			break
		}
		c = c[1:]
		switch tag {
		case 3:
			c = c[3:]
			continue
		case 4:
			switch c[0] {
			case 0x40, 0x66, 0x67, 0x68:
				return "aac"
			case 0x69, 0x6b:
				return "mp3"
			}
		}
		break
	}
	return "mp4a"
}

// codecName says ffmpeg's name of a sample entry, or the entry's own name.
func codecName(entry string) string {
	switch entry {
	case "avc1", "avc3":
		return "h264"
	case "hvc1", "hev1":
		return "hevc"
	case "vp08":
		return "vp8"
	case "vp09":
		return "vp9"
	case "av01":
		return "av1"
	case "mp4v":
		return "mpeg4"
	case ".mp3":
		return "mp3"
	case "Opus":
		return "opus"
	case "fLaC":
		return "flac"
	case "sowt", "twos", "lpcm", "in24", "in32", "fl32":
		return "pcm"
	}
	return entry
}
