package files

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"allmende"
	"allmende/internal/blob"
)

const (
	uploadLife = 24 * time.Hour   // after the last piece
	takeOver   = 10 * time.Second // how long a lost connection has to let go
	headBytes  = 4096             // of a file, by which its kind is known
)

// upload is one file on its way. What is exported is kept in a file beside it,
// which never claims more than was synced to the disk.
type upload struct {
	ID      string
	Account allmende.ID
	Actor   allmende.ID
	Length  int64
	Offset  int64
	About   allmende.Upload
	Sum     []byte      // state of the SHA-256 of the first Offset bytes
	Media   allmende.ID // what it became; zero: not complete
	Touched time.Time

	all  *uploads
	stop func()        // guarded by all.mu: ends the reading of who holds it; nil: free
	free chan struct{} // guarded by all.mu: closed when it is let go
}

// uploads are all files on their way.
type uploads struct {
	dir string
	now func() time.Time
	mu  sync.Mutex
	by  map[string]*upload // guarded by mu
}

// openUploads finds what a restart broke off.
func openUploads(temp string, now func() time.Time) (*uploads, error) {
	a := &uploads{dir: filepath.Join(temp, "pieces"), now: now, by: map[string]*upload{}}
	if err := os.MkdirAll(a.dir, 0o750); err != nil {
		return nil, fmt.Errorf("upload directory: %w", err)
	}
	entries, err := os.ReadDir(a.dir)
	if err != nil {
		return nil, fmt.Errorf("upload directory: %w", err)
	}
	for _, e := range entries {
		id, isState := strings.CutSuffix(e.Name(), ".json")
		if !isState {
			continue
		}
		u := &upload{all: a}
		text, err := os.ReadFile(filepath.Join(a.dir, e.Name()))
		if err == nil && json.Unmarshal(text, u) == nil && u.ID == id && u.whole() {
			a.by[id] = u
		}
	}
	for _, e := range entries {
		if id, _, _ := strings.Cut(e.Name(), "."); a.by[id] == nil {
			if err := os.Remove(filepath.Join(a.dir, e.Name())); err != nil {
				return nil, fmt.Errorf("upload directory: %w", err)
			}
		}
	}
	a.sweep()
	return a, nil
}

// whole tells whether the disk holds as much as the state claims.
func (u *upload) whole() bool {
	if u.Media != 0 || u.Offset == 0 {
		return true
	}
	info, err := os.Stat(u.path())
	return err == nil && info.Size() >= u.Offset
}

// open counts the uploads of an account, and the bytes that all still want.
func (a *uploads) open(account allmende.ID) (count int, reserved int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, u := range a.by {
		if u.Media != 0 {
			continue
		}
		reserved += u.Length - u.Offset
		if u.Account == account {
			count++
		}
	}
	return count, reserved
}

func (a *uploads) create(v allmende.Viewer, length int64, about allmende.Upload) (*upload, error) {
	u := &upload{ID: allmende.Secret(16), Account: v.Account, Actor: v.Actor, Length: length, About: about, Touched: a.now().UTC(), all: a}
	if err := u.save(); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.by[u.ID] = u
	return u, nil
}

// hold gives one request an upload for itself. Whoever has it is stopped: its
// client has come again. Others' uploads are as if they were not there.
func (a *uploads) hold(ctx context.Context, id string, v allmende.Viewer, stop func()) (*upload, error) {
	ctx, cancel := context.WithTimeout(ctx, takeOver)
	defer cancel()
	for {
		free, u, err := a.tryHold(id, v, stop)
		if err != nil || u != nil {
			return u, err
		}
		select {
		case <-free:
		case <-ctx.Done():
			return nil, allmende.E(allmende.Conflict, "media.upload_busy")
		}
	}
}

func (a *uploads) tryHold(id string, v allmende.Viewer, stop func()) (chan struct{}, *upload, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := a.by[id]
	switch {
	case u == nil || u.Account != v.Account || u.Actor != v.Actor:
		return nil, nil, allmende.E(allmende.NotFound, "media.upload_gone")
	case u.stop != nil:
		u.stop()
		return u.free, nil, nil
	case a.now().After(u.expires()):
		u.remove()
		return nil, nil, allmende.E(allmende.Gone, "media.upload_gone")
	}
	u.stop, u.free = stop, make(chan struct{})
	return nil, u, nil
}

// release lets the next request have it.
func (u *upload) release() {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.stop = nil
	close(u.free)
}

// drop ends an upload; its holder still releases it.
func (u *upload) drop() {
	u.all.mu.Lock()
	defer u.all.mu.Unlock()
	u.remove()
}

// remove forgets an upload. all.mu is held. A file that can't be removed is
// found at the next start.
func (u *upload) remove() {
	delete(u.all.by, u.ID)
	_ = os.Remove(u.statePath())
	_ = os.Remove(u.path())
}

// sweep removes what nobody went on with.
func (a *uploads) sweep() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, u := range a.by {
		if u.stop == nil && a.now().After(u.expires()) {
			u.remove()
		}
	}
}

func (u *upload) expires() time.Time { return u.Touched.Add(uploadLife) }
func (u *upload) path() string       { return filepath.Join(u.all.dir, u.ID+".part") }
func (u *upload) statePath() string  { return filepath.Join(u.all.dir, u.ID+".json") }

// save writes the state so that a crash leaves the old or the new one.
func (u *upload) save() error {
	text, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("upload %s: %w", u.ID, err)
	}
	next := u.statePath() + ".new"
	if err := os.WriteFile(next, text, 0o640); err != nil {
		return writing(err)
	}
	if err := os.Rename(next, u.statePath()); err != nil {
		return writing(err)
	}
	return nil
}

// append adds a piece. A broken connection keeps what came, unless the piece
// has a checksum, which must fit the whole of it.
func (u *upload) append(body io.Reader, sum hash.Hash, want []byte) error {
	whole, err := u.hash()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(u.path(), os.O_WRONLY|os.O_CREATE, 0o640)
	if err != nil {
		return writing(err)
	}
	defer f.Close()
	// What lies behind the offset was never promised to the client.
	if err := f.Truncate(u.Offset); err != nil {
		return writing(err)
	}
	if _, err := f.Seek(u.Offset, io.SeekStart); err != nil {
		return writing(err)
	}
	to := io.MultiWriter(f, whole)
	if sum != nil {
		to = io.MultiWriter(f, whole, sum)
	}
	from := &piece{Reader: io.LimitReader(body, u.Length-u.Offset)}
	n, err := io.CopyBuffer(to, from, make([]byte, 256<<10))
	switch {
	case err != nil && from.err == nil:
		return writing(err)
	case sum != nil && from.err != nil:
		return allmende.E(allmende.Invalid, "media.interrupted").Because(from.err)
	case sum != nil && string(sum.Sum(nil)) != string(want):
		return errChecksum
	}
	if err := f.Sync(); err != nil {
		return writing(err)
	}
	if err := u.advance(n, whole); err != nil {
		return err
	}
	if from.err != nil {
		return allmende.E(allmende.Invalid, "media.interrupted").Because(from.err)
	}
	return nil
}

func (u *upload) advance(n int64, whole hash.Hash) error {
	state, err := whole.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return fmt.Errorf("upload %s: %w", u.ID, err)
	}
	u.all.mu.Lock() // open reads the offset
	u.Offset, u.Sum, u.Touched = u.Offset+n, state, u.all.now().UTC()
	u.all.mu.Unlock()
	return u.save()
}

// hash is the SHA-256 of what came so far, ready to go on.
func (u *upload) hash() (hash.Hash, error) {
	h := sha256.New()
	if u.Offset == 0 {
		return h, nil
	}
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(u.Sum); err != nil {
		return nil, fmt.Errorf("upload %s: %w", u.ID, err)
	}
	return h, nil
}

func (u *upload) ref() (blob.Ref, error) {
	h, err := u.hash()
	if err != nil {
		return blob.Ref{}, err
	}
	return blob.Ref{Hash: hex.EncodeToString(h.Sum(nil)), Size: u.Length}, nil
}

// head is the beginning of what came.
func (u *upload) head() ([]byte, error) {
	f, err := os.Open(u.path())
	if err != nil {
		return nil, writing(err)
	}
	defer f.Close()
	head := make([]byte, min(headBytes, u.Offset))
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, writing(err)
	}
	return head, nil
}

// piece is a request's body that remembers what broke it off.
type piece struct {
	io.Reader
	err error
}

func (p *piece) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		p.err = err
	}
	return n, err
}

// writing tells a full disk from other trouble.
func writing(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return allmende.E(allmende.Unavailable, "error.disk_full").Because(err)
	}
	return fmt.Errorf("upload: %w", err)
}
