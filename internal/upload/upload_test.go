package upload_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"allmende"
	"allmende/internal/blob"
	"allmende/internal/lang"
	"allmende/internal/mediafile"
	"allmende/internal/upload"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	os.Exit(m.Run())
}

var ada = allmende.Viewer{Account: 1, Actor: 2}

// desk is an Uploader whose commands are kept instead of carried out.
func desk(t *testing.T, change func(*upload.Deps)) (*upload.Uploader, string, *[]*allmende.AddMedia) {
	t.Helper()
	dir, got := t.TempDir(), &[]*allmende.AddMedia{}
	store, err := blob.OpenDir(dir, blob.Reserve{})
	if err != nil {
		t.Fatal(err)
	}
	runner, err := mediafile.NewRunner(mediafile.Config{})
	if err != nil {
		t.Fatal(err)
	}
	d := upload.Deps{Blob: store, Media: runner, TempDir: dir, Log: slog.New(slog.DiscardHandler),
		Do: func(_ context.Context, cmd allmende.Command) (allmende.Result, error) {
			*got = append(*got, cmd.(*allmende.AddMedia))
			return allmende.Result{Media: 7}, nil
		}}
	if change != nil {
		change(&d)
	}
	u, err := upload.New(d)
	if err != nil {
		t.Fatal(err)
	}
	return u, dir, got
}

// gif is the smallest picture: one pixel.
var gif = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

func empty(t *testing.T, dir string) {
	t.Helper()
	for _, d := range []string{"incoming", "blobs/tmp"} {
		entries, err := os.ReadDir(filepath.Join(dir, d))
		if err != nil || len(entries) > 0 {
			t.Errorf("%s holds %v %v", d, entries, err)
		}
	}
}

func TestAFileIsHashedStoredAndTold(t *testing.T) {
	u, dir, got := desk(t, nil)
	id, err := u.Upload(context.Background(), ada, iotest.OneByteReader(bytes.NewReader(gif)), allmende.Upload{Via: "api", Name: "a/b.gif", Alt: "ein Punkt", FocusX: 1})
	if err != nil || id != 7 || len(*got) != 1 {
		t.Fatal(id, err, *got)
	}
	cmd := (*got)[0]
	if cmd.By != 1 || cmd.As != 2 || cmd.Via != "api" || cmd.Kind != "image" || cmd.MIME != "image/gif" || cmd.Name != "b.gif" ||
		cmd.Width != 1 || cmd.Size != int64(len(gif)) || cmd.Alt != "ein Punkt" || cmd.FocusX != 1 || cmd.Exif != "" {
		t.Errorf("%+v", cmd)
	}
	stored, err := os.ReadFile(filepath.Join(dir, "blobs", cmd.Blob[:2], cmd.Blob[2:4], cmd.Blob))
	if err != nil || !bytes.Equal(stored, gif) {
		t.Errorf("stored %d bytes: %v", len(stored), err)
	}
	empty(t, dir)
}

func TestABrokenConnectionLeavesNothing(t *testing.T) {
	u, dir, got := desk(t, nil)
	for _, after := range []int{0, 10, 20_000} {
		broken := io.MultiReader(bytes.NewReader(append(gif[:len(gif):len(gif)], make([]byte, 20_000)...)[:after]), iotest.ErrReader(io.ErrUnexpectedEOF))
		_, err := u.Upload(context.Background(), ada, broken, allmende.Upload{})
		var e *allmende.Error
		if !errors.As(err, &e) || e.Kind == allmende.Internal {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
	if len(*got) > 0 {
		t.Error("a half file was told")
	}
	empty(t, dir)
}

func TestAnEndlessFileIsCutOffAtTheLimitOfItsKind(t *testing.T) {
	u, dir, _ := desk(t, nil)
	endless := &counter{Reader: io.MultiReader(bytes.NewReader(gif), zeros{})}
	_, err := u.Upload(context.Background(), ada, endless, allmende.Upload{})
	if !allmende.IsKind(err, allmende.TooLarge) || !strings.Contains(err.Error(), "limit=32") {
		t.Errorf("%v", err)
	}
	if endless.n > 33<<20 {
		t.Errorf("read %d bytes of a picture", endless.n)
	}
	empty(t, dir)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += n
	return n, err
}

func TestAFailingCoreLeavesNoTemporaryFile(t *testing.T) {
	u, dir, _ := desk(t, func(d *upload.Deps) {
		d.Do = func(context.Context, allmende.Command) (allmende.Result, error) {
			return allmende.Result{}, allmende.E(allmende.Forbidden, "error.account_pending")
		}
	})
	if _, err := u.Upload(context.Background(), ada, bytes.NewReader(gif), allmende.Upload{}); !allmende.IsKind(err, allmende.Forbidden) {
		t.Errorf("%v", err)
	}
	empty(t, dir)
}

func TestWhatACrashLeftIsRemoved(t *testing.T) {
	_, dir, _ := desk(t, nil)
	if err := os.WriteFile(filepath.Join(dir, "incoming", "file-1"), gif, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := upload.New(upload.Deps{TempDir: dir}); err != nil {
		t.Fatal(err)
	}
	empty(t, dir)
}

func TestNamesAreMadeHarmless(t *testing.T) {
	for name, want := range map[string]string{
		"wiese.jpg":                       "wiese.jpg",
		"../../etc/passwd":                "passwd",
		`C:\Bilder\Wiese im Mai.jpg`:      "Wiese im Mai.jpg",
		"a\x00b\r\n\tc.jpg":               "abc.jpg",
		"gpj.\u202eexe.jpg":               "gpj.exe.jpg",
		"":                                "file.jpg",
		"...":                             "file.jpg",
		"a\"<b>|?*.jpg":                   "ab.jpg",
		"\xff\xfe.jpg":                    "jpg",
		strings.Repeat("ä", 200) + ".jpg": strings.Repeat("ä", 116) + ".jpg",
	} {
		if got := upload.CleanName(name, ".jpg"); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("../a.jpg")
	f.Add("\u202e/\\\x00")
	f.Fuzz(func(t *testing.T, name string) {
		got := upload.CleanName(name, ".jpg")
		if got == "" || len([]rune(got)) > 120 || strings.ContainsAny(got, "/\\\x00\r\n\"") {
			t.Errorf("%q becomes %q", name, got)
		}
		if again := upload.CleanName(got, ".jpg"); again != got {
			t.Errorf("%q becomes %q and then %q", name, got, again)
		}
	})
}

func TestEveryRefusalHasWords(t *testing.T) {
	for _, code := range []string{mediafile.CodeUnknownType, mediafile.CodeTypeMismatch, mediafile.CodeTooLarge, mediafile.CodeTooManyPix,
		mediafile.CodeTooLong, mediafile.CodeTooFast, mediafile.CodeBroken, mediafile.CodeNoScrub} {
		if !lang.Has(code) {
			t.Errorf("%s has no words", code)
		}
	}
}
