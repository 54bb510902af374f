package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes, written with a unit: "32MiB", "500 kB", "0".
type Size int64

// units are listed so that a longer name stands before its own ending.
var units = []struct {
	name  string
	bytes int64
}{
	{"tib", 1 << 40}, {"gib", 1 << 30}, {"mib", 1 << 20}, {"kib", 1 << 10},
	{"tb", 1e12}, {"gb", 1e9}, {"mb", 1e6}, {"kb", 1e3}, {"b", 1},
}

// ParseSize reads a size. A number without a unit counts bytes.
func ParseSize(s string) (Size, error) {
	number, factor := strings.ToLower(strings.TrimSpace(s)), int64(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || !(f >= 0 && f*float64(factor) < 1<<62) { // NaN passes no comparison
		return 0, fmt.Errorf("%q is not a size (write it like 32MiB or 500kB)", s)
	}
	return Size(f * float64(factor)), nil
}

// String writes the size with the largest unit that divides it.
func (s Size) String() string {
	for _, u := range []struct {
		name  string
		bytes int64
	}{{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}} {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
