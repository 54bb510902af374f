package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"allmende"
)

// result is one measurement: requests a second, times to answer, processor time
// a request of whoever is measured.
type result struct {
	rate     float64
	p50, p99 time.Duration
	cpu      time.Duration
	failed   int64
	why      string
	bytes    int
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true,
	DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext}, Timeout: 30 * time.Second}

// edit changes something; what is read right after it must contain the mark, or
// that of another edit which was under way at the same time.
type edit struct {
	change, read *http.Request
	mark         string
	others       *editing
}

// editing remembers when edits were under way, by their marks.
type editing struct {
	mu    sync.Mutex
	began map[string]time.Time
	ended map[string]time.Time
}

func newEditing() *editing {
	return &editing{began: map[string]time.Time{}, ended: map[string]time.Time{}}
}

func (e *editing) begin(mark string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.began[mark] = time.Now()
}

func (e *editing) end(mark string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended[mark] = time.Now()
}

// together tells whether another edit had not been answered when one began, so
// that either may have been the last.
func (e *editing) together(one, other string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, known := e.began[other]
	ended, over := e.ended[other]
	return known && (!over || ended.After(e.began[one]))
}

// editEvery is how often a request is an edit, where edits are mixed in.
const editEvery = 100

// load is what is asked: next names the n-th request; edits, when there are
// any, take the place of each hundredth.
type load struct {
	next  func(n int64) *http.Request
	edits func(n int64) edit
}

// one does the n-th request and returns the bytes read.
func (l load) one(n int64) (int, error) {
	if l.edits == nil || n%editEvery != 0 {
		return ask(l.next(n), nil)
	}
	e := l.edits(n)
	e.others.begin(e.mark)
	got, err := ask(e.change, nil)
	e.others.end(e.mark)
	if err != nil {
		return got, err
	}
	return ask(e.read, func(body []byte) error {
		if bytes.Contains(body, []byte(e.mark)) || e.others.together(e.mark, string(editMark.Find(body))) {
			return nil
		}
		return fmt.Errorf("%s is stale: the edit just made is not in it", e.read.URL.Path)
	})
}

// drive asks with some clients for a time; used tells the processor time that
// counts.
func drive(clients int, seconds float64, used func() time.Duration, what load) result {
	var n, failed atomic.Int64
	var why atomic.Value
	var size atomic.Int64
	until := time.Now().Add(time.Duration(seconds * float64(time.Second)))
	times := make([][]time.Duration, clients)
	before, start := used(), time.Now()
	var wait sync.WaitGroup
	for c := range clients {
		wait.Go(func() {
			for time.Now().Before(until) {
				at := time.Now()
				got, err := what.one(n.Add(1))
				times[c] = append(times[c], time.Since(at))
				if err != nil {
					failed.Add(1)
					why.Store(err.Error())
				}
				size.Store(int64(got))
			}
		})
	}
	wait.Wait()
	elapsed := time.Since(start)
	all := slices.Concat(times...)
	slices.Sort(all)
	r := result{rate: float64(len(all)) / elapsed.Seconds(), failed: failed.Load(), bytes: int(size.Load())}
	if len(all) > 0 {
		r.p50, r.p99 = all[len(all)/2], all[min(len(all)-1, len(all)*99/100)]
		r.cpu = (used() - before) / time.Duration(len(all))
	}
	if s, ok := why.Load().(string); ok {
		r.why = s
	}
	return r
}

// ask makes a request and counts the bytes of the answer, which must be a good
// one and please check; nil: nobody looks at it.
func ask(req *http.Request, check func(body []byte) error) (int, error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	var body bytes.Buffer
	to := io.Discard
	if check != nil {
		to = &body
	}
	n, err := io.Copy(to, resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err == nil && resp.StatusCode >= 300:
		err = fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, resp.Status)
	case err == nil && check != nil:
		err = check(body.Bytes())
	}
	return int(n), err
}

// get makes a GET with an optional token.
func get(url, token string) *http.Request {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		panic(err) // addresses are our own
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

// send makes a request with a form and a token.
func send(method, url, token, form string) *http.Request {
	req, err := http.NewRequest(method, url, strings.NewReader(form))
	if err != nil {
		panic(err) // addresses are our own
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

// verb makes a request of our own API.
func verb(base, token string, cmd allmende.Command) *http.Request {
	body, err := json.Marshal(cmd)
	if err != nil {
		panic(err) // commands are our own
	}
	req := send(http.MethodPost, base+"/api/do/"+cmd.Verb(), token, string(body))
	req.Header.Set("Content-Type", "application/json")
	return req
}

// bare asks for as many bytes of the same answer from a handler that does
// nothing but write them, in the server's process.
func bare(s *server, sample *http.Request, clients int, seconds float64) (result, error) {
	resp, err := client.Do(sample)
	if err != nil {
		return result{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", sample.URL, resp.Status)
	}
	if err == nil {
		err = s.bare(resp.Header.Get("Content-Type"), body)
	}
	if err != nil {
		return result{}, err
	}
	return drive(clients, seconds, s.processor, load{next: func(int64) *http.Request { return get(s.beside+"/bare", "") }}), nil
}

// processor is the processor time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
