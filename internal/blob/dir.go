package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	copyChunk  = 256 << 10
	checkEvery = 64 << 20 // how many bytes of one file are written before the disk is looked at again
)

// Reserve is the room that a disk keeps for the database and everything else.
type Reserve struct {
	Bytes   int64   // at least so many bytes stay free
	Percent float64 // and at least so much of the disk
}

// DefaultReserve refuses new files when less than 2 GiB or 5 % of the disk is free.
var DefaultReserve = Reserve{Bytes: 2 << 30, Percent: 5}

// Dir is a Store in a directory: blobs/ab/cd/<sha256>, and tmp for what is being written.
type Dir struct {
	blobs, tmp string
	reserve    Reserve
	space      func(path string) (free, total int64, err error)
	create     func(dir string) (*os.File, error)
}

// OpenDir makes the directories if they are missing and removes what a crash left half written.
func OpenDir(root string, reserve Reserve) (*Dir, error) {
	d := &Dir{
		blobs: filepath.Join(root, "blobs"), tmp: filepath.Join(root, "blobs", "tmp"), reserve: reserve,
		space:  diskSpace,
		create: func(dir string) (*os.File, error) { return os.CreateTemp(dir, "put-*") },
	}
	if err := os.MkdirAll(d.tmp, 0o750); err != nil {
		return nil, fmt.Errorf("blob directory: %w", err)
	}
	return d, d.sweep(time.Now().Add(-24 * time.Hour))
}

// sweep removes temporary files older than the given time; younger ones may belong to another process.
func (d *Dir) sweep(before time.Time) error {
	entries, err := os.ReadDir(d.tmp)
	if err != nil {
		return fmt.Errorf("blob directory: %w", err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().Before(before) {
			os.Remove(filepath.Join(d.tmp, e.Name()))
		}
	}
	return nil
}

func (d *Dir) path(hash string) (string, error) {
	if !ValidHash(hash) {
		return "", ErrBadHash
	}
	return filepath.Join(d.blobs, hash[:2], hash[2:4], hash), nil
}

// Put implements Store.
func (d *Dir) Put(ctx context.Context, r io.Reader) (Ref, error) {
	if err := d.room(ctx); err != nil {
		return Ref{}, err
	}
	f, err := d.create(d.tmp)
	if err != nil {
		return Ref{}, full("create", err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	ref, err := d.fill(ctx, f, r)
	if err != nil {
		return Ref{}, err
	}
	if err := f.Sync(); err != nil {
		return Ref{}, full("sync", err)
	}
	if err := f.Close(); err != nil {
		return Ref{}, full("close", err)
	}
	return ref, d.place(f.Name(), ref)
}

func (d *Dir) fill(ctx context.Context, f *os.File, r io.Reader) (Ref, error) {
	sum, buf, size, checked := sha256.New(), make([]byte, copyChunk), int64(0), int64(0)
	for {
		if err := ctx.Err(); err != nil {
			return Ref{}, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			sum.Write(buf[:n])
			if _, werr := f.Write(buf[:n]); werr != nil {
				return Ref{}, full("write", werr)
			}
			size += int64(n)
		}
		if errors.Is(err, io.EOF) {
			return Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
		}
		if err != nil {
			return Ref{}, fmt.Errorf("reading the file to store: %w", err)
		}
		if size-checked >= checkEvery {
			checked = size
			if err := d.room(ctx); err != nil {
				return Ref{}, err
			}
		}
	}
}

// Adopt implements Store.
func (d *Dir) Adopt(ctx context.Context, path string, ref Ref) error {
	if !ValidHash(ref.Hash) {
		return ErrBadHash
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("adopting a file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("adopting a file: %w", err)
	}
	if info.Size() != ref.Size {
		return ErrSize
	}
	if err := f.Sync(); err != nil {
		return full("sync", err)
	}
	err = d.place(path, ref)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	// The upload lies on another disk: copy, which also shows whether the hash is right.
	got, err := d.Put(ctx, f)
	if err != nil {
		return err
	}
	if got != ref {
		return ErrSize
	}
	return os.Remove(path)
}

// place gives a complete, synced file its name. Either the old or the new state survives a power cut.
func (d *Dir) place(tmp string, ref Ref) error {
	path, _ := d.path(ref.Hash)
	if info, err := os.Stat(path); err == nil && info.Size() == ref.Size {
		now := time.Now()
		if err := os.Chtimes(path, now, now); err == nil {
			return os.Remove(tmp)
		}
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return full("make directory", err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return full("rename", err)
	}
	now := time.Now()
	if err := os.Chtimes(path, now, now); err != nil {
		return fmt.Errorf("storing a file: %w", err)
	}
	for _, at := range []string{dir, filepath.Dir(dir), d.blobs} {
		if err := syncDir(at); err != nil {
			return full("sync directory", err)
		}
	}
	return nil
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// room refuses when the reserve of the disk is touched.
func (d *Dir) room(ctx context.Context) error {
	left, err := d.Free(ctx)
	if err != nil {
		return err
	}
	if left <= 0 {
		return ErrFull.because(errors.New("the disk's reserve is reached"))
	}
	return nil
}

// Free implements Store.
func (d *Dir) Free(context.Context) (int64, error) {
	free, total, err := d.space(d.blobs)
	if err != nil {
		return 0, fmt.Errorf("free space of the blob directory: %w", err)
	}
	keep := max(d.reserve.Bytes, int64(float64(total)*d.reserve.Percent/100))
	return max(0, free-keep), nil
}

func full(what string, err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return ErrFull.because(err)
	}
	return fmt.Errorf("storing a file: %s: %w", what, err)
}

type dirFile struct {
	*os.File
	size int64
}

func (f dirFile) Size() int64 { return f.size }

// Open implements Store.
func (d *Dir) Open(_ context.Context, hash string) (File, error) {
	path, err := d.path(hash)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(hash, err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, missing(hash, err)
	}
	return dirFile{f, info.Size()}, nil
}

// Local implements Store: the bytes are on the disk already.
func (d *Dir) Local(ctx context.Context, hash string) (string, func(), error) {
	if _, err := d.Stat(ctx, hash); err != nil {
		return "", nil, err
	}
	path, err := d.path(hash)
	return path, func() {}, err
}

// Stat implements Store.
func (d *Dir) Stat(_ context.Context, hash string) (Ref, error) {
	path, err := d.path(hash)
	if err != nil {
		return Ref{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Ref{}, missing(hash, err)
	}
	return Ref{Hash: hash, Size: info.Size()}, nil
}

// Delete implements Store.
func (d *Dir) Delete(_ context.Context, hash string) error {
	path, err := d.path(hash)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("deleting blob %s: %w", hash, err)
	}
	return nil
}

func missing(hash string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return fmt.Errorf("opening blob %s: %w", hash, err)
}

// Walk implements Store.
func (d *Dir) Walk(ctx context.Context, fn func(Entry) error) error {
	return filepath.WalkDir(d.blobs, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return fmt.Errorf("walking the blob directory: %w", err)
		}
		if path == d.tmp {
			return fs.SkipDir
		}
		if e.IsDir() || !ValidHash(e.Name()) {
			return nil
		}
		info, err := e.Info()
		if err != nil { // deleted meanwhile
			return nil
		}
		return fn(Entry{Ref: Ref{Hash: e.Name(), Size: info.Size()}, Stored: info.ModTime()})
	})
}
