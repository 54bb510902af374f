package media

import "testing"

func TestVariantsGetOurNames(t *testing.T) {
	for file, want := range map[string]string{
		"2048.webp": "webp2048", "640.jpg": "jpeg640", "gifv.mp4": "mp4", "first.mp4": "mp4", "audio.opus": "opus", "audio.m4a": "aac",
		"avatar.webp": "avatar", "avatar.jpg": "avatarjpeg", "poster.640.jpg": "poster", "poster.1280.webp": "posterwebp1280",
	} {
		if got := nameOf(file); got != want {
			t.Errorf("%s becomes %s, want %s", file, got, want)
		}
	}
}
