// Package blobtest holds the contract that every blob.Store keeps.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"allmende/internal/blob"
)

// hello is the SHA-256 of "hello".
const hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

// TestStore checks a driver; open gives an empty store each time.
func TestStore(t *testing.T, open func() blob.Store) {
	tests := map[string]func(*testing.T, blob.Store){
		"what is put can be read":                 testPut,
		"the same bytes are one file":             testTwice,
		"an empty file is a file":                 testEmpty,
		"a missing file says so":                  testMissing,
		"a name that is no hash is refused":       testBadHash,
		"a failed reader leaves nothing":          testFailedReader,
		"a cancelled put leaves nothing":          testCancelled,
		"deleting twice is no error":              testDelete,
		"walking sees all in order and can stop":  testWalk,
		"an adopted file moves in":                testAdopt,
		"an adopted file of another size is none": testAdoptWrong,
		"many may put at once":                    testParallel,
		"a local path holds the bytes":            testLocal,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open()) })
	}
}

func put(t *testing.T, s blob.Store, text string) blob.Ref {
	t.Helper()
	ref, err := s.Put(context.Background(), strings.NewReader(text))
	if err != nil {
		t.Fatalf("Put: %v", err)
	}
	return ref
}

func read(t *testing.T, s blob.Store, hash string) string {
	t.Helper()
	f, err := s.Open(context.Background(), hash)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	if f.Size() != int64(len(b)) {
		t.Errorf("Size is %d, read %d bytes", f.Size(), len(b))
	}
	return string(b)
}

func hashes(t *testing.T, s blob.Store) []string {
	t.Helper()
	var all []string
	if err := s.Walk(context.Background(), func(e blob.Entry) error {
		all = append(all, e.Hash)
		return nil
	}); err != nil {
		t.Fatalf("Walk: %v", err)
	}
	return all
}

func testPut(t *testing.T, s blob.Store) {
	ref := put(t, s, "hello")
	if want := (blob.Ref{Hash: hello, Size: 5}); ref != want {
		t.Fatalf("Put gives %v, want %v", ref, want)
	}
	if got := read(t, s, hello); got != "hello" {
		t.Errorf("read %q", got)
	}
	if got, err := s.Stat(context.Background(), hello); err != nil || got != ref {
		t.Errorf("Stat gives %v, %v", got, err)
	}
	f, err := s.Open(context.Background(), hello)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(3, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if rest, _ := io.ReadAll(f); string(rest) != "lo" {
		t.Errorf("after seeking to 3 read %q", rest)
	}
	if free, err := s.Free(context.Background()); err != nil || free <= 0 {
		t.Errorf("Free gives %d, %v", free, err)
	}
}

func testTwice(t *testing.T, s blob.Store) {
	before := time.Now().Add(-time.Minute)
	if a, b := put(t, s, "hello"), put(t, s, "hello"); a != b {
		t.Errorf("two puts of the same bytes give %v and %v", a, b)
	}
	count := 0
	if err := s.Walk(context.Background(), func(e blob.Entry) error {
		count++
		if e.Stored.Before(before) {
			t.Errorf("stored at %v, but was put now", e.Stored)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if count != 1 {
		t.Errorf("%d files, want 1", count)
	}
}

func testEmpty(t *testing.T, s blob.Store) {
	ref := put(t, s, "")
	if ref.Size != 0 || read(t, s, ref.Hash) != "" {
		t.Errorf("the empty file came back as %v", ref)
	}
}

func testMissing(t *testing.T, s blob.Store) {
	ctx := context.Background()
	if _, err := s.Open(ctx, hello); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Open: %v", err)
	}
	if _, err := s.Stat(ctx, hello); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Stat: %v", err)
	}
	if _, _, err := s.Local(ctx, hello); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("Local: %v", err)
	}
}

func testBadHash(t *testing.T, s blob.Store) {
	ctx := context.Background()
	for _, bad := range []string{"", "../../etc/passwd", strings.ToUpper(hello), hello[:63], hello[:62] + "/x"} {
		if _, err := s.Open(ctx, bad); !errors.Is(err, blob.ErrBadHash) {
			t.Errorf("Open(%q): %v", bad, err)
		}
		if err := s.Delete(ctx, bad); !errors.Is(err, blob.ErrBadHash) {
			t.Errorf("Delete(%q): %v", bad, err)
		}
		if _, err := s.Stat(ctx, bad); !errors.Is(err, blob.ErrBadHash) {
			t.Errorf("Stat(%q): %v", bad, err)
		}
	}
}

func testFailedReader(t *testing.T, s blob.Store) {
	broken := errors.New("line cut")
	r := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(broken))
	if _, err := s.Put(context.Background(), r); !errors.Is(err, broken) {
		t.Errorf("Put gives %v, want the reader's error", err)
	}
	if got := hashes(t, s); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func testCancelled(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Put(ctx, strings.NewReader("hello")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put gives %v", err)
	}
	if got := hashes(t, s); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func testDelete(t *testing.T, s blob.Store) {
	ctx := context.Background()
	put(t, s, "hello")
	other := put(t, s, "other")
	for range 2 {
		if err := s.Delete(ctx, hello); err != nil {
			t.Fatalf("Delete: %v", err)
		}
	}
	if got := hashes(t, s); !slices.Equal(got, []string{other.Hash}) {
		t.Errorf("after deleting: %v", got)
	}
	put(t, s, "hello")
	if got := read(t, s, hello); got != "hello" {
		t.Errorf("put again after deleting, read %q", got)
	}
}

func testWalk(t *testing.T, s blob.Store) {
	var want []string
	for i := range 20 {
		want = append(want, put(t, s, fmt.Sprint("file ", i)).Hash)
	}
	slices.Sort(want)
	if got := hashes(t, s); !slices.Equal(got, want) {
		t.Errorf("walked %v, want %v", got, want)
	}
	stop, seen := errors.New("enough"), 0
	err := s.Walk(context.Background(), func(blob.Entry) error {
		seen++
		if seen == 3 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || seen != 3 {
		t.Errorf("stopped walk gives %v after %d", err, seen)
	}
}

func testAdopt(t *testing.T, s blob.Store) {
	for range 2 {
		path := filepath.Join(t.TempDir(), "upload")
		if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Adopt(context.Background(), path, blob.Ref{Hash: hello, Size: 5}); err != nil {
			t.Fatalf("Adopt: %v", err)
		}
		if got := read(t, s, hello); got != "hello" {
			t.Errorf("read %q", got)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the upload is still at its old place: %v", err)
		}
	}
}

func testAdoptWrong(t *testing.T, s blob.Store) {
	path := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(path, []byte("hell"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Adopt(context.Background(), path, blob.Ref{Hash: hello, Size: 5}); !errors.Is(err, blob.ErrSize) {
		t.Errorf("Adopt gives %v", err)
	}
	if got := hashes(t, s); len(got) != 0 {
		t.Errorf("stored: %v", got)
	}
}

func testParallel(t *testing.T, s blob.Store) {
	body := bytes.Repeat([]byte("commons "), 100_000)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := s.Put(context.Background(), bytes.NewReader(body)); err != nil {
				t.Errorf("Put: %v", err)
			}
		})
	}
	group.Wait()
	got := hashes(t, s)
	if len(got) != 1 || read(t, s, got[0]) != string(body) {
		t.Errorf("eight puts of the same bytes left %d files", len(got))
	}
}

func testLocal(t *testing.T, s blob.Store) {
	put(t, s, "hello")
	path, release, err := s.Local(context.Background(), hello)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if b, err := os.ReadFile(path); err != nil || string(b) != "hello" {
		t.Errorf("local file holds %q, %v", b, err)
	}
}
