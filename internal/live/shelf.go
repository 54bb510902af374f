package live

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// Shelf keeps bytes in a file, for what is too much for memory and still sooner
// read than made. When it is full the oldest make room. It ends with the
// process: the file has no name, and what stands on it can be made again.
type Shelf struct {
	file *os.File
	size int64
	mu   sync.Mutex   // one writes at a time, so that none writes late over another
	end  atomic.Int64 // where the next bytes go, counted over all rounds
}

// Place is where bytes stand on a shelf. The zero value is nowhere.
type Place struct {
	at   int64
	size uint32
}

// NewShelf makes a shelf of so many bytes in a directory.
func NewShelf(dir string, size int64) (*Shelf, error) {
	file, err := os.CreateTemp(dir, "shelf-*")
	if err != nil {
		return nil, fmt.Errorf("shelf: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, fmt.Errorf("shelf: %w", err)
	}
	return &Shelf{file: file, size: size}, nil
}

// Put takes bytes in; false when it can't, since the disk is full or they are
// too many.
func (s *Shelf) Put(b []byte) (Place, bool) {
	need := int64(len(b))
	if need == 0 || need > s.size/4 {
		return Place{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.end.Load()
	if at%s.size+need > s.size {
		at += s.size - at%s.size // nothing stands across the end
	}
	s.end.Store(at + need) // from here on nobody believes what stood there
	if _, err := s.file.WriteAt(b, at%s.size); err != nil {
		return Place{}, false
	}
	return Place{at, uint32(need)}, true
}

// Holds tells whether what was put at a place still stands there.
func (s *Shelf) Holds(p Place) bool { return p.size > 0 && s.end.Load() <= p.at+s.size }

// Size is how many bytes stand at a place.
func (p Place) Size() int { return int(p.size) }

// Read appends what was put at a place; false when it has made room.
func (s *Shelf) Read(to []byte, p Place) ([]byte, bool) {
	if !s.Holds(p) {
		return to, false
	}
	begin := len(to)
	to = append(to, make([]byte, p.size)...)
	if _, err := s.file.ReadAt(to[begin:], p.at%s.size); err != nil || !s.Holds(p) {
		return to[:begin], false
	}
	return to, true
}

// Close ends the shelf.
func (s *Shelf) Close() error { return s.file.Close() }
