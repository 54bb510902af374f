package main

import (
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

// drive asks with some clients for a time; next names the n-th request, used
// tells the processor time that counts.
func drive(clients int, seconds float64, used func() time.Duration, next func(n int64) *http.Request) result {
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
				req := next(n.Add(1))
				at := time.Now()
				got, err := ask(req)
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

func ask(req *http.Request) (int, error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, resp.Status)
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

// post makes a POST with a form and a token.
func post(url, token, form string) *http.Request {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(form))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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
	return drive(clients, seconds, s.processor, func(int64) *http.Request { return get(s.beside+"/bare", "") }), nil
}

// processor is the processor time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
