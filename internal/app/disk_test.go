package app_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"allmende/internal/app/apptest"
	"allmende/internal/db/dbtest"
)

// smallDisk mounts a disk of so many bytes on a directory of the program.
func smallDisk(t *testing.T, p *apptest.Program, name string, bytes int) string {
	t.Helper()
	dir := p.File(name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", bytes)); errors.Is(err, os.ErrPermission) {
		t.Skip("only an administrator may mount a small disk")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk writes until nothing more fits.
func fillDisk(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 64<<10)
	for err == nil {
		_, err = f.Write(block)
	}
	for err = nil; err == nil; { // the last pages
		_, err = f.Write(block[:512])
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestADiskThatIsReallyFullRefusesInWordsAndLosesNothing(t *testing.T) {
	dbtest.SQLite(t) // PostgreSQL has its own disk
	p := apptest.NewProgram(t)
	p = p.With("ALLMENDE_DATA=" + smallDisk(t, p, "small", 96<<20))
	token := p.Token("ada")
	s := p.Serve()
	kept := map[string]string{}
	for n := range 40 {
		text := fmt.Sprintf("vorher%d", n)
		kept[say(t, p.URL, token, "status="+text)] = text
	}

	fillDisk(t, p.File("small", "ballast"))
	refusal := ""
	for n := 0; n < 5000 && refusal == ""; n++ { // what the log has room for already is still taken
		text := fmt.Sprintf("knapp%d", n)
		id, code, body := tryToSay(t, p.URL, token, text+strings.Repeat("+wort", 800))
		if code == http.StatusOK {
			kept[id] = text
			continue
		}
		if code != http.StatusServiceUnavailable {
			t.Fatalf("on a full disk a text is answered %d %s", code, body)
		}
		refusal = body
	}
	if !strings.Contains(refusal, "no room left") {
		t.Errorf("a text on a full disk is refused with %q", refusal)
	}
	if code, body := ask(t, "GET", p.URL+"/@ada", "", "Accept", "text/html"); code != http.StatusOK || !strings.Contains(body, "vorher") {
		t.Errorf("on a full disk the profile answers %d", code)
	}
	allThere(t, p, token, kept)

	if err := os.Remove(p.File("small", "ballast")); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, "texts are taken again once there is room", func() bool {
		id, code, _ := tryToSay(t, p.URL, token, "nachher")
		if code == http.StatusOK {
			kept[id] = "nachher"
		}
		return code == http.StatusOK
	})
	apptest.Until(t, "the index has caught up", func() bool { return found(t, p, token, "nachher") })
	allThere(t, p, token, kept)
	if code, _ := s.Stop(); code != 0 {
		t.Errorf("the server stopped with %d:\n%s", code, s.Log())
	}
	p.Serve()
	allThere(t, p, token, kept)
	if r := p.Run("doctor"); strings.Contains(r.Out+r.Err, "damaged") {
		t.Errorf("the doctor says %+v", r)
	}
}

// tryToSay publishes and returns the id, or what was answered instead.
func tryToSay(t *testing.T, base, token, text string) (id string, code int, body string) {
	t.Helper()
	var failed answered
	id, err := publish(context.Background(), base, token, text)
	if errors.As(err, &failed) {
		return "", failed.code, failed.body
	}
	if err != nil {
		t.Fatal(err)
	}
	return id, http.StatusOK, ""
}

// answered is a refusal.
type answered struct {
	code int
	body string
}

func (a answered) Error() string { return fmt.Sprintf("%d %s", a.code, a.body) }

// refusalOf reads one.
func refusalOf(r *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, 4096))
	if err != nil {
		return err
	}
	return answered{r.StatusCode, string(body)}
}

// allThere reads every post again.
func allThere(t *testing.T, p *apptest.Program, token string, kept map[string]string) {
	t.Helper()
	for id, text := range kept {
		var got post
		if code := call(t, "GET", p.URL+"/api/v1/statuses/"+id, token, "", &got); code != http.StatusOK || !strings.Contains(got.Content, text) {
			t.Errorf("post %s (%s) was acknowledged; now it answers %d %q", id, text, code, got.Content)
		}
	}
}
