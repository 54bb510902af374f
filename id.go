package allmende

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// ID names a thing for ever. The upper 47 bits are the Unix time in
// milliseconds at which it was first published, the lower 16 are there to keep
// ids apart, so that order by id is order by time. Zero means "none".
//
// In all JSON an ID is a string, since JavaScript's numbers hold 53 bits only.
type ID int64

// String is the decimal form used in addresses and JSON.
func (id ID) String() string { return strconv.FormatInt(int64(id), 10) }

// Time is when the thing was first published, to the millisecond.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id) >> 16).UTC() }

// MarshalText writes the decimal form; JSON draws it as a string.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the decimal form, nothing or "0" for none; anything else
// is Invalid.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 || string(b) == "0" {
		*id = 0
		return nil
	}
	got, err := ParseID(string(b))
	*id = got
	return err
}

// ParseID reads a decimal id. Anything but a positive number is Invalid.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, E(Invalid, "error.id", "value", clip(s, 40))
	}
	return ID(n), nil
}

// IDAt is the smallest id that a thing published at t can have; it turns
// "before 1 May" into "id below".
func IDAt(t time.Time) ID {
	ms := t.UnixMilli()
	if ms < 1 {
		ms = 1
	}
	return ID(ms << 16)
}

// Minter makes ids that never repeat within a process. Two processes may, in
// about one of 65,536 cases within the same millisecond, mint the same id; the
// primary key refuses the second and the transaction is run again.
type Minter struct {
	mu   sync.Mutex
	last map[int64]uint16 // guarded by mu: the counter of each recent millisecond
}

// New mints an id for a thing published at t.
func (m *Minter) New(t time.Time) ID {
	base := IDAt(t)
	ms := int64(base) >> 16
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.last == nil || len(m.last) > 4096 {
		m.last = make(map[int64]uint16, 64)
	}
	n, seen := m.last[ms]
	if !seen {
		n = random16()
	}
	n++
	m.last[ms] = n
	return base | ID(n)
}

func random16() uint16 {
	var b [2]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return binary.LittleEndian.Uint16(b[:])
}

// Secret is n random bytes in hexadecimal, for tokens, codes and addresses
// that must not be guessed.
func Secret(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return fmt.Sprintf("%x", b)
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n] + "…"
}
