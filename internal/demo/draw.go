package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math"
	"math/rand/v2"
)

// sight is what a drawn picture shows.
type sight string

const (
	meadow   sight = "meadow"
	evening  sight = "evening"
	flowers  sight = "flowers"
	portrait sight = "portrait"
	tiles    sight = "tiles"
)

// draw makes a picture from a number: no two are alike, and the same number
// gives the same picture.
func draw(seed int, kind sight) io.Reader {
	random := rand.New(rand.NewPCG(uint64(seed), 11))
	w, h := 1280, 853
	if kind == portrait {
		w, h = 480, 480
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	switch kind {
	case portrait:
		drawPortrait(img, random)
	case tiles:
		drawTiles(img, random)
	default:
		drawLandscape(img, random, kind)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 88}); err != nil {
		panic(err) // a buffer takes everything
	}
	return &b
}

// mix is the colour between a and b.
func mix(a, b color.RGBA, t float64) color.RGBA {
	t = math.Max(0, math.Min(1, t))
	at := func(x, y uint8) uint8 { return uint8(float64(x)*(1-t) + float64(y)*t) }
	return color.RGBA{at(a.R, b.R), at(a.G, b.G), at(a.B, b.B), 255}
}

// drawLandscape: sky, sun, four ranges of hills, and for flowers a foreground of dots.
func drawLandscape(img *image.RGBA, random *rand.Rand, kind sight) {
	top, low := color.RGBA{120, 178, 222, 255}, color.RGBA{232, 240, 236, 255}
	hill := color.RGBA{92, 138, 74, 255}
	if kind == evening {
		top, low, hill = color.RGBA{58, 62, 110, 255}, color.RGBA{246, 168, 110, 255}, color.RGBA{52, 58, 74, 255}
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	sunX, sunY, sunR := float64(w)*(0.2+0.6*random.Float64()), float64(h)*(0.18+0.2*random.Float64()), float64(h)*0.06
	var waves [4][3]float64
	for i := range waves {
		waves[i] = [3]float64{0.002 + 0.004*random.Float64(), random.Float64() * 9, 0.04 + 0.05*random.Float64()}
	}
	for x := range w {
		for y := range h {
			c := mix(top, low, float64(y)/float64(h)*1.6)
			if d := math.Hypot(float64(x)-sunX, float64(y)-sunY); d < sunR*3 {
				c = mix(c, color.RGBA{255, 246, 214, 255}, 1.2-d/(sunR*2.4))
			}
			for i, wave := range waves {
				edge := float64(h)*(0.42+0.13*float64(i)) + math.Sin(float64(x)*wave[0]+wave[1])*float64(h)*wave[2] + math.Sin(float64(x)*wave[0]*3.7)*float64(h)*0.012
				if float64(y) > edge {
					c = mix(mix(low, hill, 0.45+0.18*float64(i)), color.RGBA{30, 60, 30, 255}, (float64(y)-edge)/float64(h)*0.7)
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	if kind == flowers {
		for range 900 {
			colours := []color.RGBA{{236, 96, 110, 255}, {250, 206, 84, 255}, {250, 250, 246, 255}, {152, 110, 208, 255}}
			y := h - 1 - int(math.Pow(random.Float64(), 1.7)*float64(h)*0.42)
			dot(img, random.IntN(w), y, 2+9*(y-h/2)/h+random.IntN(4), colours[random.IntN(len(colours))])
		}
	}
}

func dot(img *image.RGBA, cx, cy, r int, c color.RGBA) {
	for x := -r; x <= r; x++ {
		for y := -r; y <= r; y++ {
			if p := image.Pt(cx+x, cy+y); x*x+y*y <= r*r && p.In(img.Rect) {
				img.SetRGBA(p.X, p.Y, c)
			}
		}
	}
}

// drawPortrait is a calm figure before a coloured ground.
func drawPortrait(img *image.RGBA, random *rand.Rand) {
	ground := color.RGBA{uint8(90 + random.IntN(130)), uint8(110 + random.IntN(110)), uint8(90 + random.IntN(120)), 255}
	coat := color.RGBA{uint8(40 + random.IntN(150)), uint8(40 + random.IntN(120)), uint8(60 + random.IntN(130)), 255}
	tones := []color.RGBA{{246, 214, 188, 255}, {224, 178, 142, 255}, {176, 124, 88, 255}, {122, 82, 58, 255}}
	skin, hair := tones[random.IntN(len(tones))], mix(color.RGBA{30, 22, 18, 255}, color.RGBA{214, 190, 140, 255}, random.Float64())
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for x := range w {
		for y := range h {
			img.SetRGBA(x, y, mix(ground, color.RGBA{255, 255, 255, 255}, 0.5-float64(y)/float64(h)*0.5))
		}
	}
	dot(img, w/2, h+h/8, h*2/5, coat)
	dot(img, w/2, h*42/100, h*24/100, hair)
	dot(img, w/2, h*46/100, h*20/100, skin)
}

// drawTiles is a pattern, as on a quilt or a tiled stove.
func drawTiles(img *image.RGBA, random *rand.Rand) {
	palette := []color.RGBA{{34, 94, 84, 255}, {238, 226, 196, 255}, {206, 110, 70, 255}, {92, 138, 160, 255}}
	const size = 107
	flip := random.IntN(5) + 2
	for x := range img.Rect.Dx() {
		for y := range img.Rect.Dy() {
			cx, cy := x/size, y/size
			dx, dy := float64(x%size-size/2), float64(y%size-size/2)
			c := palette[(cx*flip+cy)%len(palette)]
			if math.Abs(dx)+math.Abs(dy) < size/2 {
				c = palette[(cx+cy*flip+1)%len(palette)]
			}
			if math.Hypot(dx, dy) < size/6 {
				c = palette[(cx+cy+2)%len(palette)]
			}
			img.SetRGBA(x, y, c)
		}
	}
}
