// Package masto draws the house's words as the JSON of Mastodon's client API
// (version 4.5), and reads what its clients send. It is pure: it knows no
// database, no viewer and no clock.
//
// What lists are made of (accounts, statuses, media) is appended to bytes and
// made in pieces: a fixed part that is the same for everyone and is kept by
// the caller, and an overlay of counters and the viewer's own marks that is
// written anew for each answer. What is asked for seldom is plain structs.
package masto

import (
	"strconv"
	"time"
	"unicode/utf8"

	"allmende"
)

// APIVersion is the number that clients compare before they offer something.
const APIVersion = 7

// Compatible is the version of Mastodon whose API this is.
const Compatible = "4.5.0"

// Site is what drawing needs to know of this server.
type Site struct {
	Base   string // "https://example.org", no slash at the end
	Domain string // the part after the @
}

// timeForm is how Mastodon writes times.
const timeForm = "2006-01-02T15:04:05.000Z"

// Time is a time as Mastodon writes it.
func Time(t time.Time) string { return t.UTC().Format(timeForm) }

// optional is a time, or null.
func optional(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := Time(t)
	return &s
}

func appendTime(b []byte, t time.Time) []byte {
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, timeForm)
	return append(b, '"')
}

func appendOptional(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	return appendTime(b, t)
}

func appendID(b []byte, id allmende.ID) []byte {
	b = append(b, '"')
	b = strconv.AppendInt(b, int64(id), 10)
	return append(b, '"')
}

// appendNullID writes an id, or null for none.
func appendNullID(b []byte, id allmende.ID) []byte {
	if id == 0 {
		return append(b, "null"...)
	}
	return appendID(b, id)
}

func appendInt(b []byte, key string, n int) []byte {
	b = append(b, key...)
	return strconv.AppendInt(b, int64(max(n, 0)), 10)
}

func appendBool(b []byte, key string, v bool) []byte {
	b = append(b, key...)
	return strconv.AppendBool(b, v)
}

func appendText(b []byte, key, s string) []byte {
	return appendString(append(b, key...), s)
}

// appendNullText writes a text, or null for an empty one.
func appendNullText(b []byte, key, s string) []byte {
	if s == "" {
		return append(append(b, key...), "null"...)
	}
	return appendText(b, key, s)
}

const hex = "0123456789abcdef"

// appendString writes a JSON string. Bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, size := utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
			b = append(append(b, s[done:i]...), "\uFFFD"...)
		} else {
			b = appendEscape(append(b, s[done:i]...), c)
		}
		i++
		done = i
	}
	return append(append(b, s[done:]...), '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
