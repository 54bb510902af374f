package mediafile

import (
	"bytes"
	"math"
	"strconv"
)

// Peaks is the wave of a sound in equal steps from 0 to 255; JSON writes it as a list of numbers.
type Peaks []uint8

// MarshalJSON writes numbers, not the base64 that encoding/json makes of bytes.
func (p Peaks) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("[")
	for i, v := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(int(v)))
	}
	b.WriteByte(']')
	return b.Bytes(), nil
}

const (
	listenRate = 48000 // the rate for which BS.1770 gives its filters
	peakCount  = 1000
	peakStep   = listenRate / 100 // samples whose highest is remembered
	blockStep  = listenRate / 10  // a loudness block is 400 ms and starts every 100 ms
)

// listener takes 16-bit stereo at 48 kHz and remembers the wave and the power of each tenth of a second.
type listener struct {
	rest    []byte
	samples int64
	highs   []uint16 // the highest of each hundredth of a second
	high    uint16
	left    kWeight
	right   kWeight
	power   float64
	tenths  []float64 // mean power of each tenth of a second, both channels added
}

func newListener() *listener { return &listener{} }

// Write implements io.Writer; it never fails.
func (l *listener) Write(p []byte) (int, error) {
	n := len(p)
	if len(l.rest) > 0 {
		p = append(l.rest, p...)
	}
	for ; len(p) >= 4; p = p[4:] {
		l.sample(int16(le16(p)), int16(le16(p[2:])))
	}
	l.rest = append([]byte(nil), p...)
	return n, nil
}

func (l *listener) sample(left, right int16) {
	l.high = max(l.high, magnitude(left), magnitude(right))
	a, b := l.left.next(float64(left)/32768), l.right.next(float64(right)/32768)
	l.power += a*a + b*b
	l.samples++
	if l.samples%peakStep == 0 {
		l.highs, l.high = append(l.highs, l.high), 0
	}
	if l.samples%blockStep == 0 {
		l.tenths, l.power = append(l.tenths, l.power/blockStep), 0
	}
}

func magnitude(v int16) uint16 {
	if v < 0 {
		return uint16(-int32(v))
	}
	return uint16(v)
}

// peaks spreads the highs over 1000 steps.
func (l *listener) peaks() Peaks {
	highs := l.highs
	if l.samples%peakStep != 0 {
		highs = append(highs, l.high)
	}
	n := min(peakCount, len(highs))
	peaks := make(Peaks, n)
	for i := range peaks {
		for _, h := range highs[i*len(highs)/n : (i+1)*len(highs)/n] {
			peaks[i] = max(peaks[i], uint8(min(255, (int(h)+64)>>7)))
		}
	}
	return peaks
}

// kWeight is the two filters of ITU-R BS.1770-4 annex 1 for 48 kHz: a shelf for the head, a high-pass.
type kWeight struct{ x1, x2, y1, y2, z1, z2 float64 }

func (k *kWeight) next(x float64) float64 {
	y := 1.53512485958697*x - 2.69169618940638*k.x1 + 1.19839281085285*k.x2 + 1.69065929318241*k.y1 - 0.73248077421585*k.y2
	z := y - 2*k.y1 + k.y2 + 1.99004745483398*k.z1 - 0.99007225036621*k.z2
	k.x2, k.x1, k.y2, k.y1, k.z2, k.z1 = k.x1, x, k.y1, y, k.z1, z
	return z
}

const (
	loudOffset   = -0.691
	absoluteGate = -70.0 // LUFS
	relativeGate = -10.0 // LU below the first mean
)

func lufs(power float64) float64 { return loudOffset + 10*math.Log10(power) }

// loudness is the integrated loudness with both gates (BS.1770-4 §2), nil for silence or under 400 ms.
func (l *listener) loudness() *float64 {
	var blocks []float64
	for i := 0; i+4 <= len(l.tenths); i++ {
		blocks = append(blocks, (l.tenths[i]+l.tenths[i+1]+l.tenths[i+2]+l.tenths[i+3])/4)
	}
	mean := gatedMean(blocks, absoluteGate)
	if mean == 0 {
		return nil
	}
	mean = gatedMean(blocks, max(absoluteGate, lufs(mean)+relativeGate))
	value := math.Round(lufs(mean)*10) / 10
	return &value
}

// gatedMean is the mean power of the blocks louder than gate.
func gatedMean(blocks []float64, gate float64) float64 {
	sum, n := 0.0, 0
	for _, p := range blocks {
		if p > 0 && lufs(p) > gate {
			sum, n = sum+p, n+1
		}
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
