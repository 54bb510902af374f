package mastodon

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"allmende/internal/httpx"
	"allmende/internal/wire/masto"
)

// Apps draw whatever address stands for a face or header, and many cannot draw
// SVG, so actors without pictures have PNGs that are made here.

const (
	faceSize               = 120
	headerWide, headerTall = 600, 200
)

// tints are the grounds of the faces: one lightness, hues around the circle.
var tints = [masto.MissingAvatars]color.RGBA{
	{0x5b, 0x8c, 0x5a, 0xff}, {0x4a, 0x86, 0x7c, 0xff}, {0x47, 0x7f, 0x9b, 0xff}, {0x5a, 0x76, 0xa8, 0xff},
	{0x75, 0x6c, 0xa8, 0xff}, {0x8c, 0x64, 0x9d, 0xff}, {0x9d, 0x5f, 0x86, 0xff}, {0xa4, 0x60, 0x69, 0xff},
	{0x9f, 0x68, 0x4e, 0xff}, {0x8f, 0x73, 0x3c, 0xff}, {0x7b, 0x7d, 0x38, 0xff}, {0x69, 0x85, 0x45, 0xff},
}

var pale = color.RGBA{0xf4, 0xf1, 0xe8, 0xff}

// faces are drawn once, when the first is asked for.
var faces = sync.OnceValue(func() [masto.MissingAvatars][]byte {
	var out [masto.MissingAvatars][]byte
	for i, tint := range tints {
		out[i] = encode(face(tint))
	}
	return out
})

var header = sync.OnceValue(func() []byte {
	return encode(image.NewPaletted(image.Rect(0, 0, headerWide, headerTall), color.Palette{tints[0]}))
})

// face is a head and shoulders on a coloured ground.
func face(ground color.RGBA) image.Image {
	img := image.NewPaletted(image.Rect(0, 0, faceSize, faceSize), color.Palette{ground, pale})
	const middle, head, shoulders = faceSize / 2, faceSize / 6, faceSize / 3
	for y := range faceSize {
		for x := range faceSize {
			dx, up, down := x-middle, y-faceSize*2/5, y-faceSize
			if dx*dx+up*up < head*head || dx*dx+down*down*3/2 < shoulders*shoulders {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	return img
}

func encode(img image.Image) []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, img) // writing to memory does not fail
	return b.Bytes()
}

func (d *Door) missing(w http.ResponseWriter, r *http.Request) {
	picture := header()
	if number, ok := strings.CutPrefix(r.URL.Path, masto.MissingAvatarPath); ok {
		n, err := strconv.Atoi(strings.TrimSuffix(number, ".png"))
		if err != nil || n < 0 || n >= masto.MissingAvatars {
			http.NotFound(w, r)
			return
		}
		picture = faces()[n]
	} else if r.URL.Path != masto.MissingHeaderPath {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	httpx.WriteBytes(w, http.StatusOK, "image/png", picture)
}
