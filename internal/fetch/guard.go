package fetch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"allmende"
)

// guard is the transport all fetches share. It looks at addresses twice: at the
// URL, to refuse what can never be right, and at the socket before it connects.
type guard struct {
	transport *http.Transport
	agent     string
	allowed   []netip.Prefix
	perHost   int

	mu    sync.Mutex
	turns map[string]*turn // guarded by mu: hosts that are being called
}

// turn lets a few exchanges with one host go on at once.
type turn struct {
	slots chan struct{}
	users int // guarded by guard.mu
}

func newGuard(o Options, agent string) *guard {
	g := &guard{agent: agent, allowed: o.AllowPrivate, perHost: o.PerHost, turns: map[string]*turn{}}
	dialer := &net.Dialer{Timeout: connectWithin, Resolver: o.Resolver, Control: g.control}
	g.transport = &http.Transport{
		Proxy:                  nil, // a proxy from the environment would see and reach everything
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    connectWithin,
		ResponseHeaderTimeout:  headerWithin,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           200,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        headerWithin,
		ForceAttemptHTTP2:      true,
	}
	return g
}

// control is called with the very address a socket is about to connect to.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !strings.HasPrefix(network, "tcp") {
		return refuse(address)
	}
	addr := to.Addr().Unmap().WithZone("")
	switch {
	case within(g.allowed, addr):
		return nil
	case !public(addr), to.Port() != 80 && to.Port() != 443:
		return refuse(address)
	}
	return nil
}

func refuse(address string) error {
	return allmende.E(allmende.Forbidden, "error.fetch_address").Because(fmt.Errorf("%s is no public address", address))
}

// checkURL refuses what no public page can have as its address.
func checkURL(u *url.URL) error {
	host := u.Hostname()
	switch {
	case u.Scheme != "https" && u.Scheme != "http", host == "", u.User != nil, u.Opaque != "":
		return refuse(u.Redacted())
	case strings.ContainsAny(host, "%\\ /") || len(host) > 253:
		return refuse(u.Redacted())
	}
	return nil
}

// exchange makes one request; the host's turn ends when the body is closed.
func (g *guard) exchange(req *http.Request, bytes int64) (*http.Response, error) {
	if err := checkURL(req.URL); err != nil {
		return nil, err
	}
	done, err := g.wait(req.Context(), strings.ToLower(req.URL.Host))
	if err != nil {
		return nil, err
	}
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context()) // a transport must not change its request
		req.Header.Set("User-Agent", g.agent)
	}
	res, err := g.transport.RoundTrip(req)
	if err != nil {
		done()
		return nil, err
	}
	res.Body = &body{from: res.Body, left: bytes, done: done}
	return res, nil
}

// wait takes a turn with a host.
func (g *guard) wait(ctx context.Context, host string) (done func(), err error) {
	g.mu.Lock()
	t := g.turns[host]
	if t == nil {
		t = &turn{slots: make(chan struct{}, g.perHost)}
		g.turns[host] = t
	}
	t.users++
	g.mu.Unlock()
	leave := func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(g.turns, host)
		}
	}
	select {
	case t.slots <- struct{}{}:
		return sync.OnceFunc(func() { <-t.slots; leave() }), nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// limited is the guard with a bound on what one answer may hold.
type limited struct {
	guard *guard
	bytes int64
}

// RoundTrip makes http.RoundTripper of it.
func (l *limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.guard.exchange(req, l.bytes)
	if err != nil && req.Body != nil {
		_ = req.Body.Close() // as a RoundTripper must, also when nothing was sent
	}
	return res, err
}

// body breaks off an answer that is too long. It counts unpacked bytes, so a
// small packed answer cannot fill the memory.
type body struct {
	from io.ReadCloser
	left int64
	done func()
}

func (b *body) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.from.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, allmende.E(allmende.TooLarge, "error.fetch_large")
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (b *body) Close() error {
	defer b.done()
	return b.from.Close()
}
