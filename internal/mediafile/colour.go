package mediafile

import (
	"fmt"
	"image"
	"image/jpeg"
	"os"

	"github.com/bbrks/go-blurhash"
	"golang.org/x/image/draw"
)

const tiny = 32 // pixels of the picture that is summed up

// summary reckons blurhash and dominant colour of a small JPEG that a child has written.
func summary(path string) (hash, dominant string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", fmt.Errorf("summing up a picture: %w", err)
	}
	defer f.Close()
	head, err := jpeg.DecodeConfig(f)
	if err == nil && head.Width*head.Height > 2048*2048 {
		err = fmt.Errorf("%d x %d pixels are no small picture", head.Width, head.Height)
	}
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	if err != nil {
		return "", "", fmt.Errorf("summing up a picture: %w", err)
	}
	img, err := jpeg.Decode(f)
	if err != nil {
		return "", "", fmt.Errorf("summing up a picture: %w", err)
	}
	return summarise(img)
}

func summarise(img image.Image) (hash, dominant string, err error) {
	small := image.NewRGBA(fit(img.Bounds(), tiny))
	draw.BiLinear.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	hash, err = blurhash.Encode(4, 3, small)
	if err != nil {
		return "", "", fmt.Errorf("blurhash: %w", err)
	}
	return hash, dominantColour(small), nil
}

// fit is the rectangle of b's shape whose longer side is n pixels; it never grows.
func fit(b image.Rectangle, n int) image.Rectangle {
	w, h := b.Dx(), b.Dy()
	long := max(w, h)
	if long <= n {
		return image.Rect(0, 0, w, h)
	}
	return image.Rect(0, 0, max(1, (w*n+long/2)/long), max(1, (h*n+long/2)/long))
}

// dominantColour is the mean of the fullest of 512 boxes of similar colours.
func dominantColour(img *image.RGBA) string {
	type box struct{ n, r, g, b int }
	var boxes [512]box
	best := &boxes[0]
	for i := 0; i+3 < len(img.Pix); i += 4 {
		r, g, b := int(img.Pix[i]), int(img.Pix[i+1]), int(img.Pix[i+2])
		x := &boxes[r>>5<<6|g>>5<<3|b>>5]
		x.n, x.r, x.g, x.b = x.n+1, x.r+r, x.g+g, x.b+b
		if x.n > best.n {
			best = x
		}
	}
	if best.n == 0 {
		return "#000000"
	}
	return fmt.Sprintf("#%02x%02x%02x", best.r/best.n, best.g/best.n, best.b/best.n)
}
