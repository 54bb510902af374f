// Package upload takes files from strangers: it streams them to the disk with
// a limit while hashing them, looks at their first bytes and headers, refuses
// what we don't take with a reason, and hands the rest to the blob store and to
// core. Nothing half is left behind. Doors get it as an interface from app.
package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/sync/singleflight"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/mediafile"
)

const (
	chunk      = 256 << 10
	checkEvery = 64 << 20 // how many bytes are written before the disk is looked at again
)

// Deps are what an Uploader needs; app hands it in.
type Deps struct {
	Blob  blob.Store
	Media *mediafile.Runner // its limits are ours
	Do    func(context.Context, allmende.Command) (allmende.Result, error)
	// Used is how many bytes an actor's media take; nil: not counted.
	Used  func(ctx context.Context, owner allmende.ID) (int64, error)
	Quota int64 // bytes an actor may have; 0: no limit
	// ShowPlace tells whether an account wants places kept and shown; nil: nobody does.
	ShowPlace func(ctx context.Context, account allmende.ID) (bool, error)
	TempDir   string // best on the disk of the blobs, so that a file is moved and not copied
	Log       *slog.Logger
}

// Uploader takes files. It is safe for use by many goroutines.
type Uploader struct {
	Deps
	incoming string
	scrubs   singleflight.Group
	cleaned  downloads
	slots    chan struct{} // one per file that is being cleaned
}

// New makes an Uploader and removes what a crash left half written.
func New(d Deps) (*Uploader, error) {
	u := &Uploader{Deps: d, incoming: filepath.Join(d.TempDir, "incoming"), slots: make(chan struct{}, 2)}
	if err := os.RemoveAll(u.incoming); err != nil {
		return nil, fmt.Errorf("upload directory: %w", err)
	}
	if err := os.MkdirAll(u.incoming, 0o750); err != nil {
		return nil, fmt.Errorf("upload directory: %w", err)
	}
	return u, nil
}

// MaxBytes is the largest file that is taken at all, of whatever kind.
func (u *Uploader) MaxBytes() int64 {
	l := u.Media.Limits()
	return max(l.ImageBytes, l.AudioBytes, l.VideoBytes)
}

// Admit tells before a byte has come whether a file of that size would be
// taken. Reserved are the bytes that other uploads under way still want. A size
// of zero is not known yet.
func (u *Uploader) Admit(ctx context.Context, v allmende.Viewer, size, reserved int64) error {
	if v.Anonymous() {
		return allmende.E(allmende.SignIn, "error.sign_in")
	}
	if limit := u.MaxBytes(); size > limit {
		return tooLarge(limit)
	}
	free, err := u.Blob.Free(ctx)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	if free <= 0 || free-reserved < 2*size { // what is made of it needs room too
		return diskFull(blob.ErrFull)
	}
	if u.Quota <= 0 || u.Used == nil {
		return nil
	}
	used, err := u.Used(ctx, v.Actor)
	if err != nil {
		return fmt.Errorf("upload: bytes in use: %w", err)
	}
	if used+max(size, 1) > u.Quota {
		return allmende.E(allmende.TooLarge, "media.quota", "limit", mebi(u.Quota))
	}
	return nil
}

// Check refuses a file by its first bytes (up to mediafile.SniffLen of them)
// and, as far as it is known, its size.
func (u *Uploader) Check(head []byte, size int64) error {
	kind, err := u.kindOf(head)
	if err == nil {
		err = u.Media.Limits().CheckSize(kind, size)
	}
	return refusal(err)
}

func (u *Uploader) kindOf(head []byte) (mediafile.Kind, error) {
	head = head[:min(len(head), mediafile.SniffLen)]
	t, err := mediafile.Sniff(head, int64(len(head)))
	return t.Kind, err
}

// Upload takes a file as it comes in and makes it a medium of the viewer's
// actor. When it fails nothing is left but the reason.
func (u *Uploader) Upload(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error) {
	if err := u.Admit(ctx, v, 0, 0); err != nil {
		return 0, err
	}
	f, err := os.CreateTemp(u.incoming, "file-*")
	if err != nil {
		return 0, storing(err)
	}
	defer os.Remove(f.Name()) // gone already when it was adopted
	ref, err := u.receive(ctx, f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, storing(err)
	}
	return u.Adopt(ctx, v, f.Name(), ref, about)
}

// receive writes and hashes what comes, up to the limit of its kind.
func (u *Uploader) receive(ctx context.Context, f *os.File, r io.Reader) (blob.Ref, error) {
	buf := make([]byte, chunk)
	n, err := io.ReadFull(r, buf[:mediafile.SniffLen])
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return blob.Ref{}, interrupted(err)
	}
	kind, err := u.kindOf(buf[:n])
	if err != nil {
		return blob.Ref{}, refusal(err)
	}
	limit := u.Media.Limits().Bytes(kind)
	sum, size, checked := sha256.New(), int64(0), int64(0)
	for err = nil; ; {
		size += int64(n)
		if size > limit {
			return blob.Ref{}, tooLarge(limit)
		}
		sum.Write(buf[:n])
		if _, err := f.Write(buf[:n]); err != nil {
			return blob.Ref{}, err
		}
		if errors.Is(err, io.EOF) {
			return blob.Ref{Hash: hex.EncodeToString(sum.Sum(nil)), Size: size}, nil
		}
		if err != nil {
			return blob.Ref{}, interrupted(err)
		}
		if size-checked >= checkEvery {
			checked = size
			if free, err := u.Blob.Free(ctx); err != nil || free <= 0 {
				return blob.Ref{}, errors.Join(err, blob.ErrFull)
			}
		}
		n, err = r.Read(buf)
	}
}

// Adopt makes a file that lies complete on the disk, and whose hash was
// computed while it came, a medium of the viewer's actor. The file is taken
// away on success; on failure it stays for the caller to remove.
func (u *Uploader) Adopt(ctx context.Context, v allmende.Viewer, path string, ref blob.Ref, about allmende.Upload) (allmende.ID, error) {
	if err := u.Admit(ctx, v, ref.Size, 0); err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp(u.incoming, "look-*")
	if err != nil {
		return 0, storing(err)
	}
	defer os.RemoveAll(dir)
	info, err := u.Media.Probe(ctx, path, dir)
	if err != nil {
		return 0, refusal(err)
	}
	cmd := &allmende.AddMedia{
		Act: allmende.Act{By: v.Account, As: v.Actor, Via: about.Via}, Kind: string(info.Type.Kind), Blob: ref.Hash,
		MIME: info.Type.MIME, Size: ref.Size, Name: CleanName(about.Name, info.Type.Ext), Width: info.Width, Height: info.Height,
		Duration: info.DurationMS, Animated: info.Animated(), Alt: about.Alt, FocusX: about.FocusX, FocusY: about.FocusY,
	}
	if u.ShowPlace != nil {
		if cmd.ShowPlace, err = u.ShowPlace(ctx, v.Account); err != nil {
			return 0, fmt.Errorf("upload: settings: %w", err)
		}
	}
	if cmd.Exif, err = u.facts(ctx, path, dir, info.Type, cmd.ShowPlace); err != nil {
		return 0, err
	}
	if err := u.Blob.Adopt(ctx, path, ref); err != nil {
		return 0, storing(err)
	}
	result, err := u.Do(ctx, cmd)
	return result.Media, err
}
