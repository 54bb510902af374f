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

func TestKill9UnderLoadLosesNothingThatWasAcknowledged(t *testing.T) {
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	kept := map[string]string{} // text by id, of all acknowledged posts
	for round := range 3 {
		s := p.Serve()
		for id, text := range postUntilKilled(t, p, s, token, round) {
			kept[id] = text
		}
	}
	if len(kept) < 30 {
		t.Fatalf("only %d posts were acknowledged in all rounds", len(kept))
	}
	p.Serve()
	last := ""
	for id, text := range kept {
		var got post
		if code := call(t, "GET", p.URL+"/api/v1/statuses/"+id, token, "", &got); code != http.StatusOK || !strings.Contains(got.Content, text) {
			t.Errorf("post %s (%s) was acknowledged; now it answers %d %q", id, text, code, got.Content)
		}
		last = max(last, text)
	}
	if os.Getenv("ALLMENDE_TEST_POSTGRES") != "" {
		return // there another process may hold the dead one's jobs, until their lease ends
	}
	apptest.Until(t, "the index knows the posts of all rounds", func() bool { return found(t, p, token, last) })
}

// postUntilKilled publishes from four sides, kills the server in the middle of
// it, and tells what was acknowledged.
func postUntilKilled(t *testing.T, p *apptest.Program, s *apptest.Server, token string, round int) map[string]string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var mu sync.Mutex
	acknowledged := map[string]string{}
	var work sync.WaitGroup
	for side := range 4 {
		work.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				text := fmt.Sprintf("runde%dseite%dnummer%d", round, side, n)
				id, err := publish(ctx, p.URL, token, text)
				if err != nil {
					return // the server is gone
				}
				mu.Lock()
				acknowledged[id] = text
				mu.Unlock()
			}
		})
	}
	apptest.Until(t, "some posts are acknowledged", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(acknowledged) >= 20+7*round
	})
	s.Kill()
	cancel()
	work.Wait()
	return acknowledged
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
		return "", errors.New(answer.Status)
	}
	err = json.NewDecoder(answer.Body).Decode(&got)
	return got.ID, err
}
