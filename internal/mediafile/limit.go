package mediafile

// Limits are the bounds of what is taken. The admin sets them, the interfaces report them.
type Limits struct {
	ImageBytes, AudioBytes, VideoBytes int64
	ImagePixels                        int64 // width times height of one picture
	ImageFrames                        int   // of a moving picture
	AnimationPixels                    int64 // width times height times frames of a moving picture
	Seconds                            int   // of sound and film
	VideoLong, VideoShort              int   // the longer and the shorter side of a film
	VideoFPS                           int
	DirectBitrate                      int64 // bits a second up to which a film is served as it came
}

// DefaultLimits are generous for people and harmless for a small server.
func DefaultLimits() Limits {
	return Limits{
		ImageBytes: 32 << 20, AudioBytes: 512 << 20, VideoBytes: 4 << 30,
		ImagePixels: 100_000_000, ImageFrames: 3000, AnimationPixels: 2_000_000_000,
		Seconds: 3 * 3600, VideoLong: 3840, VideoShort: 2160, VideoFPS: 60, DirectBitrate: 32_000_000,
	}
}

// Bytes is the largest size of a kind.
func (l Limits) Bytes(k Kind) int64 {
	switch k {
	case Image:
		return l.ImageBytes
	case Audio:
		return l.AudioBytes
	default:
		return l.VideoBytes
	}
}

// CheckSize refuses a file that is too large for its kind; it can be asked before the first byte has come.
func (l Limits) CheckSize(k Kind, size int64) error {
	if limit := l.Bytes(k); size > limit {
		return refuse(CodeTooLarge, map[string]any{"kind": string(k), "size": size, "limit": limit})
	}
	return nil
}

// Check refuses what the header says is too much. Call it before any decoder starts.
func (l Limits) Check(i Info) error {
	if err := l.CheckSize(i.Type.Kind, i.Size); err != nil {
		return err
	}
	switch i.Type.Kind {
	case Image:
		return l.checkImage(i)
	case Audio:
		return l.checkLength(i)
	}
	if err := l.checkLength(i); err != nil {
		return err
	}
	return l.checkVideo(i)
}

func (l Limits) checkImage(i Info) error {
	pixels := int64(i.Width) * int64(i.Height)
	switch {
	case pixels <= 0:
		return broken("a picture of %d x %d pixels", i.Width, i.Height)
	case pixels > l.ImagePixels:
		return tooManyPixels(i, l.ImagePixels)
	case i.Frames > l.ImageFrames:
		return refuse(CodeTooFast, map[string]any{"frames": i.Frames, "limit": l.ImageFrames})
	case i.Animated() && pixels*int64(i.Frames) > l.AnimationPixels:
		return refuse(CodeTooManyPix, map[string]any{"width": i.Width, "height": i.Height, "frames": i.Frames, "limit": l.AnimationPixels})
	}
	return nil
}

func (l Limits) checkVideo(i Info) error {
	switch {
	case i.Width <= 0 || i.Height <= 0:
		return broken("a film of %d x %d pixels", i.Width, i.Height)
	case max(i.Width, i.Height) > l.VideoLong || min(i.Width, i.Height) > l.VideoShort:
		return tooManyPixels(i, int64(l.VideoLong)*int64(l.VideoShort))
	case i.FPS > float64(l.VideoFPS)*1.05: // 59.94 is measured as 60.3 in short clips
		return refuse(CodeTooFast, map[string]any{"fps": int(i.FPS + 0.5), "limit": l.VideoFPS})
	}
	return nil
}

func (l Limits) checkLength(i Info) error {
	if i.DurationMS > int64(l.Seconds)*1000 {
		return refuse(CodeTooLong, map[string]any{"seconds": i.DurationMS / 1000, "limit": l.Seconds})
	}
	return nil
}

func tooManyPixels(i Info, limit int64) error {
	return refuse(CodeTooManyPix, map[string]any{"width": i.Width, "height": i.Height, "limit": limit})
}
