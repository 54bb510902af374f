package db

import "strconv"

// In is the list of n placeholders from $start on, for "in (…)": In(3, 2) is
// "$3, $4". For n = 0 it is "null", which nothing equals. At most 500, please.
func In(start, n int) string {
	if n <= 0 {
		return "null"
	}
	b := make([]byte, 0, 6*n)
	for i := start; i < start+n; i++ {
		if i > start {
			b = append(b, ", "...)
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(i), 10)
	}
	return string(b)
}
