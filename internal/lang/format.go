package lang

import (
	"strconv"
	"strings"
	"time"
)

// Relative says how long ago t was, in few words: "5 min ago", "yesterday";
// from a week on it is the date. Times ahead (scheduled posts) are date and time.
func Relative(tag Tag, now, t time.Time) string {
	t = t.In(now.Location())
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return DateTime(tag, t)
	case d < 45*time.Second:
		return T(tag, "time.now")
	case d < time.Hour:
		return T(tag, "time.minutes", "count", max(1, int(d.Minutes()+0.5)))
	case d < 22*time.Hour:
		return T(tag, "time.hours", "count", max(1, int(d.Hours()+0.5)))
	}
	days := int(midnight(now).Sub(midnight(t)).Hours()/24 + 0.5)
	switch {
	case days <= 1:
		return T(tag, "time.yesterday")
	case days < 7:
		return T(tag, "time.days", "count", days)
	case t.Year() == now.Year():
		return T(tag, "time.day_month", "day", strconv.Itoa(t.Day()), "month", month(tag, t))
	}
	return Date(tag, t)
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

func month(tag Tag, t time.Time) string {
	return T(tag, "time.month_"+strconv.Itoa(int(t.Month())))
}

// Date is the long date, "22 November 2026", "22. November 2026".
func Date(tag Tag, t time.Time) string {
	return T(tag, "time.date", "day", strconv.Itoa(t.Day()), "month", month(tag, t), "year", strconv.Itoa(t.Year()))
}

// DateTime is the long date with the time of day.
func DateTime(tag Tag, t time.Time) string {
	return T(tag, "time.date_time", "date", Date(tag, t), "time", t.Format("15:04"))
}

// Number groups the digits by thousands from five digits on, as both languages
// write them: 1234, 12,345 or 12.345.
func Number(tag Tag, n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	if len(s) < 5 {
		return sign + s
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(comma(tag, ",", "."))
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Short is a number for tight places: 950, 1.2k, 34k, 2M.
func Short(tag Tag, n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10)
	case n < 1_000_000:
		return scaled(tag, float64(n)/1000) + T(tag, "time.thousand")
	}
	return scaled(tag, float64(n)/1_000_000) + T(tag, "time.million")
}

// Bytes is a size of a file: "812 B", "1.4 MB".
func Bytes(tag Tag, n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	f, i := float64(n), 0
	for f >= 999.5 && i < len(units)-1 {
		f, i = f/1000, i+1
	}
	return scaled(tag, f) + "\u00a0" + units[i]
}

// Duration is the length of a film or sound: 0:42, 12:05, 1:02:03.
func Duration(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	two := func(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }
	if s >= 3600 {
		return strconv.Itoa(s/3600) + ":" + two(s/60%60) + ":" + two(s%60)
	}
	return strconv.Itoa(s/60) + ":" + two(s%60)
}

func scaled(tag Tag, f float64) string {
	digits := 1
	if f >= 10 || f == float64(int64(f)) {
		digits = 0
	}
	s := strings.TrimSuffix(strconv.FormatFloat(f, 'f', digits, 64), ".0")
	return strings.Replace(s, ".", comma(tag, ".", ","), 1)
}

func comma(tag Tag, en, de string) string {
	if tag == En {
		return en
	}
	return de
}
