// Package blob keeps files by what is in them: the name of a file is the SHA-256 of its bytes, so the same
// bytes are stored once. It knows nothing of owners or audiences; who refers to a file is counted elsewhere,
// and a hash in an address is never a permission.
package blob

import (
	"context"
	"io"
	"time"
)

// Ref names a stored file.
type Ref struct {
	Hash string // SHA-256, 64 lower-case hex digits
	Size int64  // bytes
}

// File is an open stored file. Whoever opened it closes it.
type File interface {
	io.ReadSeekCloser
	io.ReaderAt
	// Size is the length in bytes.
	Size() int64
}

// Entry is one stored file as Walk finds it.
type Entry struct {
	Ref
	// Stored is when these bytes were last put; a sweep of orphans leaves young files alone, because the row
	// that will refer to them may not be committed yet.
	Stored time.Time
}

// Store keeps files. Every driver passes blobtest.TestStore.
type Store interface {
	// Put stores all of r. When it returns nil the bytes survive a power cut. Putting the same bytes again
	// changes nothing but Entry.Stored. On error nothing is left behind; ErrFull says that there is no room.
	Put(ctx context.Context, r io.Reader) (Ref, error)
	// Adopt stores the local file at path, whose hash the caller has computed while writing it, and takes the
	// file away from path. It spares the second copy of a large upload. The size is checked, the hash is believed.
	Adopt(ctx context.Context, path string, ref Ref) error
	// Open opens a stored file. A missing one is ErrNotFound, a hash that is none ErrBadHash.
	Open(ctx context.Context, hash string) (File, error)
	// Local gives a path at which the bytes can be read by another program until release is called. The file
	// there must not be changed.
	Local(ctx context.Context, hash string) (path string, release func(), err error)
	// Stat tells the size without opening. Errors as Open.
	Stat(ctx context.Context, hash string) (Ref, error)
	// Delete removes a file; one that is not there is no error. Readers that have it open may finish.
	Delete(ctx context.Context, hash string) error
	// Walk calls fn for every file, in the order of the hashes, until fn fails; its error is returned as it is.
	// Files put or deleted meanwhile may or may not be seen.
	Walk(ctx context.Context, fn func(Entry) error) error
	// Free tells how many bytes can still be put before ErrFull.
	Free(ctx context.Context) (int64, error)
}

// Error is a failure that callers tell apart by its code.
type Error struct {
	Code  string // "blob.full", "blob.not_found", "blob.bad_hash", "blob.size_mismatch"
	cause error
}

// The failures of a Store; compare with errors.Is.
var (
	ErrFull     = &Error{Code: "blob.full"}
	ErrNotFound = &Error{Code: "blob.not_found"}
	ErrBadHash  = &Error{Code: "blob.bad_hash"}
	ErrSize     = &Error{Code: "blob.size_mismatch"}
)

// Error says the code and the cause, for logs.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Code
	}
	return e.Code + ": " + e.cause.Error()
}

// Is makes errors of one code equal, whatever their cause.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

func (e *Error) because(cause error) error { return &Error{Code: e.Code, cause: cause} }

// ValidHash tells whether s can be the name of a file.
func ValidHash(s string) bool {
	if len(s) != 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
