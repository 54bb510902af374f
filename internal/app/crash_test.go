package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"allmende/internal/app/apptest"
)

type post struct{ ID, Content string }

func TestSIGTERMLetsRequestsFinishAndTheNextStartGoesOnWithTheJobs(t *testing.T) {
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	s := p.Serve()
	slow, finish := halfSent(t, p.URL, token, "status=finished+although+the+server+stops")
	stopped := make(chan [2]any, 1)
	go func() {
		code, took := s.Stop()
		stopped <- [2]any{code, took}
	}()
	apptest.Until(t, "the server takes nobody new", func() bool {
		conn, err := net.DialTimeout("tcp", strings.TrimPrefix(p.URL, "http://"), time.Second)
		if err == nil {
			return conn.Close() != nil
		}
		return true
	})
	finish()
	if got := <-slow; got != http.StatusOK {
		t.Errorf("the request under way got %d", got)
	}
	end := <-stopped
	if end[0] != 0 || end[1].(time.Duration) > 10*time.Second {
		t.Errorf("stopped with code %v after %v:\n%s", end[0], end[1], s.Log())
	}

	p.Serve()
	apptest.Until(t, "the search index has caught up after the start", func() bool { return found(t, p, token, "although") })
}

// halfSent sends the first half of a form, once the server has begun to read
// it (it says 100 Continue); finish sends the rest.
func halfSent(t *testing.T, base, token, form string) (status <-chan int, finish func()) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // the server may have closed it first
	answers := bufio.NewReader(conn)
	if _, err := fmt.Fprintf(conn, "POST /api/v1/statuses HTTP/1.1\r\nHost: half\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", token, len(form)); err != nil {
		t.Fatal(err)
	}
	if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the server did not ask for the form: %q %v", line, err)
	}
	if _, err := io.WriteString(conn, form[:len(form)/2]); err != nil {
		t.Fatal(err)
	}
	got := make(chan int, 1)
	return got, func() {
		if _, err := io.WriteString(conn, form[len(form)/2:]); err != nil {
			t.Error(err)
		}
		_, _ = answers.ReadString('\n') // the empty line that ends 100 Continue
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Error(err)
			got <- 0
			return
		}
		_ = answer.Body.Close() // only the status counts
		got <- answer.StatusCode
	}
}

func found(t *testing.T, p *apptest.Program, token, word string) bool {
	t.Helper()
	var hits struct{ Statuses []post }
	call(t, "GET", p.URL+"/api/v2/search?type=statuses&q="+url.QueryEscape(word), token, "", &hits)
	return len(hits.Statuses) > 0
}

// killRounds is how often the server is killed in the middle of its work.
const killRounds = 12

// promised is what the server has acknowledged in all rounds.
type promised struct {
	mu       sync.Mutex
	posts    map[string]string // text by id
	edits    map[string]int    // the last version by id
	likes    map[string]bool   // ids
	pictures map[string]bool   // ids of posts that have one
}

func (p *promised) note(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
}

func (p *promised) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := len(p.posts) + len(p.likes) + 3*len(p.pictures)
	for _, n := range p.edits {
		sum += n
	}
	return sum
}

func (p *promised) shown() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.pictures)
}

func TestKill9UnderLoadLosesNothingThatWasAcknowledged(t *testing.T) {
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	kept := &promised{posts: map[string]string{}, edits: map[string]int{}, likes: map[string]bool{}, pictures: map[string]bool{}}
	last := ""
	for round := range killRounds {
		workUntilKilled(t, p, p.Serve(), token, round, kept)
		s := p.Serve() // what was promised must hold after every one of them
		last = keepsPromises(t, p, token, kept)
		s.Kill()
	}
	if len(kept.posts) < 5*killRounds || len(kept.likes) < killRounds || len(kept.pictures) < killRounds/2 {
		t.Errorf("only %d posts, %d likes and %d pictures were acknowledged", len(kept.posts), len(kept.likes), len(kept.pictures))
	}
	p.Serve()
	if os.Getenv("ALLMENDE_TEST_POSTGRES") != "" {
		return // there another process may hold the dead one's jobs, until their lease ends
	}
	apptest.Until(t, "the index knows the posts of all rounds", func() bool { return found(t, p, token, last) })
	for id := range kept.pictures {
		apptest.Until(t, "the picture of "+id+" is shown", func() bool {
			got := get(t, p.URL, token, id)
			return len(got.MediaAttachments) == 1 && got.MediaAttachments[0].URL != "" && status(t, got.MediaAttachments[0].URL) == http.StatusOK
		})
	}
}

// workUntilKilled posts, edits, likes and uploads at the same time and kills
// the server in the middle of it.
func workUntilKilled(t *testing.T, p *apptest.Program, s *apptest.Server, token string, round int, kept *promised) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	edited, err := publish(ctx, p.URL, token, "fassung0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	side := func(do func(n int) error) {
		work.Go(func() {
			for n := 1; ctx.Err() == nil; n++ {
				if err := do(n); err != nil {
					if failed := (answered{}); errors.As(err, &failed) {
						t.Errorf("a living server refuses: %v", err)
					}
					return // the server is gone
				}
			}
		})
	}
	for i := range 2 {
		side(func(n int) error {
			text := fmt.Sprintf("runde%dseite%dnummer%d", round, i, n)
			id, err := publish(ctx, p.URL, token, text)
			if err == nil {
				kept.note(func() { kept.posts[id] = text })
			}
			return err
		})
	}
	side(func(n int) error {
		err := send(ctx, "PUT", p.URL+"/api/v1/statuses/"+edited, token, fmt.Sprintf("status=fassung%d", n))
		if err == nil {
			kept.note(func() { kept.edits[edited] = n })
		}
		return err
	})
	side(func(int) error {
		id, err := publish(ctx, p.URL, token, "gemocht")
		if err == nil {
			err = send(ctx, "POST", p.URL+"/api/v1/statuses/"+id+"/favourite", token, "")
		}
		if err == nil {
			kept.note(func() { kept.likes[id] = true })
		}
		return err
	})
	side(func(n int) error {
		medium, err := uploadPicture(ctx, p.URL, token, fmt.Sprintf("Bild %d %d", round, n))
		var id string
		if err == nil {
			id, err = publish(ctx, p.URL, token, "mit+Bild&media_ids[]="+medium)
		}
		if err == nil {
			kept.note(func() { kept.pictures[id] = true })
		}
		return err
	})
	before := kept.count()
	shown := kept.shown()
	apptest.Until(t, "some of the work is acknowledged", func() bool {
		return kept.count() >= before+30+25*round && (round%2 == 0 || kept.shown() > shown)
	})
	s.Kill()
	cancel()
	work.Wait()
}

// keepsPromises looks at everything that was acknowledged, and returns the
// text of one post.
func keepsPromises(t *testing.T, p *apptest.Program, token string, kept *promised) (text string) {
	t.Helper()
	allThere(t, p, token, kept.posts)
	for id, version := range kept.edits {
		var got post
		call(t, "GET", p.URL+"/api/v1/statuses/"+id, token, "", &got)
		var now int
		if _, err := fmt.Sscanf(got.Content, "<p>fassung%d", &now); err != nil || now < version || now > version+1 {
			t.Errorf("version %d of %s was acknowledged; now it reads %q", version, id, got.Content)
		}
	}
	for id := range kept.likes {
		var got struct {
			Favourited bool
			Count      int `json:"favourites_count"`
		}
		if call(t, "GET", p.URL+"/api/v1/statuses/"+id, token, "", &got); !got.Favourited || got.Count != 1 {
			t.Errorf("the like of %s was acknowledged; now it is %+v", id, got)
		}
	}
	for id := range kept.pictures {
		if got := get(t, p.URL, token, id); len(got.MediaAttachments) != 1 {
			t.Errorf("post %s lost its picture: %+v", id, got)
		}
	}
	for _, one := range kept.posts {
		text = max(text, one)
	}
	return text
}

// send makes a request of which only the success counts.
func send(ctx context.Context, method, address, token, form string) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return refusalOf(answer)
	}
	return nil
}

func publish(ctx context.Context, base, token, text string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", base+"/api/v1/statuses", strings.NewReader("status="+text))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var got post
	if answer.StatusCode != http.StatusOK {
		return "", refusalOf(answer)
	}
	err = json.NewDecoder(answer.Body).Decode(&got)
	return got.ID, err
}
