package blob_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"allmende/internal/blob"
	"allmende/internal/blob/blobtest"
)

func TestDirKeepsTheContract(t *testing.T) {
	blobtest.TestStore(t, func() blob.Store {
		d, err := blob.OpenDir(t.TempDir(), blob.Reserve{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}

func files(t *testing.T, root string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(root, path)
			all = append(all, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAFileLiesUnderTheStartOfItsHash(t *testing.T) {
	root := t.TempDir()
	d, err := blob.OpenDir(root, blob.Reserve{})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := d.Put(context.Background(), strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join("blobs", "2c", "f2", ref.Hash)
	if got := files(t, root); len(got) != 1 || got[0] != want {
		t.Errorf("the store holds %v, want %s", got, want)
	}
}

func TestAFullDiskRefusesAndLeavesNothing(t *testing.T) {
	const gib = 1 << 30
	for name, disk := range map[string]struct {
		free, total int64
		full        bool
		left        int64
	}{
		"roomy":                       {free: 50 * gib, total: 100 * gib, left: 45 * gib},
		"under five percent":          {free: 4 * gib, total: 100 * gib, full: true},
		"small disk under two GiB":    {free: 1 * gib, total: 10 * gib, full: true},
		"small disk just above":       {free: 3 * gib, total: 10 * gib, left: 1 * gib},
		"exactly at the reserve":      {free: 2 * gib, total: 10 * gib, full: true},
		"fills up while it is stored": {free: 5*gib + 1, total: 100 * gib, left: 1},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			d, err := blob.OpenDir(root, blob.DefaultReserve)
			if err != nil {
				t.Fatal(err)
			}
			blob.SetSpace(d, disk.free, disk.total)
			left, err := d.Free(context.Background())
			if err != nil || left != disk.left {
				t.Errorf("Free gives %d, %v; want %d", left, err, disk.left)
			}
			_, err = d.Put(context.Background(), strings.NewReader("hello"))
			if errors.Is(err, blob.ErrFull) != disk.full {
				t.Errorf("Put gives %v, full should be %v", err, disk.full)
			}
			if got := files(t, root); disk.full && len(got) != 0 {
				t.Errorf("left behind: %v", got)
			}
		})
	}
}

func TestAWriteThatFindsNoSpaceIsErrFull(t *testing.T) {
	root := t.TempDir()
	d, err := blob.OpenDir(root, blob.Reserve{})
	if err != nil {
		t.Fatal(err)
	}
	blob.WriteToFullDevice(d)
	if _, err := d.Put(context.Background(), strings.NewReader("hello")); !errors.Is(err, blob.ErrFull) {
		t.Errorf("Put gives %v, want ErrFull", err)
	}
	if got := files(t, root); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestWhatACrashLeftIsSweptAfterADay(t *testing.T) {
	root := t.TempDir()
	if _, err := blob.OpenDir(root, blob.Reserve{}); err != nil {
		t.Fatal(err)
	}
	old, young := filepath.Join(root, "blobs", "tmp", "put-old"), filepath.Join(root, "blobs", "tmp", "put-young")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.OpenDir(root, blob.Reserve{}); err != nil {
		t.Fatal(err)
	}
	if got := files(t, root); len(got) != 1 || filepath.Base(got[0]) != "put-young" {
		t.Errorf("after opening again: %v", got)
	}
}
