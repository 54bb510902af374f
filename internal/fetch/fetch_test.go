package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"allmende"

	"golang.org/x/net/dns/dnsmessage"
)

// loopback is what tests allow; without it the client must not reach them.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func client(allowed ...netip.Prefix) *Client {
	return New(Options{Version: "1", BaseURL: "https://wiese.example", AllowPrivate: allowed, Timeout: 3 * time.Second})
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func TestOnlyPublicAddressesArePublic(t *testing.T) {
	for _, s := range []string{"0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
		"192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::",
		"2001::1", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "100::1", "4000::1"} {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as public", s)
		}
	}
	for _, s := range []string{"1.1.1.1", "93.184.216.34", "::ffff:1.1.1.1", "2606:4700::1111", "2a00:1450::1", "2002:101:101::1", "172.32.0.1"} {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s counts as private", s)
		}
	}
}

func TestTheInsideOfTheNetworkIsNotReached(t *testing.T) {
	called := atomic.Int32{}
	address := serve(t, func(http.ResponseWriter, *http.Request) { called.Add(1) })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	for _, host := range []string{"127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "0.0.0.0", "[::]", "127.0.0.1.", "１２７.0.0.1"} {
		for _, scheme := range []string{"http", "https"} {
			_, err := client().Get(t.Context(), scheme+"://"+host+":"+port+"/", Want{})
			if err == nil {
				t.Errorf("%s://%s was fetched", scheme, host)
			}
		}
	}
	if n := called.Load(); n > 0 {
		t.Errorf("the inner server was called %d times", n)
	}
	if _, err := client().Get(t.Context(), address, Want{}); !allmende.IsKind(err, allmende.Forbidden) {
		t.Errorf("a loopback address gives %v, should be Forbidden", err)
	}
	if _, err := client(loopback...).Get(t.Context(), address, Want{}); err != nil {
		t.Errorf("an allowed range is refused: %v", err)
	}
	if _, err := client(netip.MustParsePrefix("127.9.0.0/16")).Get(t.Context(), address, Want{}); !allmende.IsKind(err, allmende.Forbidden) {
		t.Errorf("another range is allowed, and this address gives %v", err)
	}
}

func TestStrangeAddressesAreRefused(t *testing.T) {
	for _, s := range []string{"", "//x", "ftp://example.org/", "file:///etc/passwd", "gopher://a/", "http://", "http://u:p@127.0.0.1/", "javascript:1",
		"http://127.0.0.1:22/", "http:opaque", "http://a\x00b/", "https://" + strings.Repeat("a.", 200) + "x/", "http://[fe80::1%25lo]/", "data:text/html,x"} {
		if _, err := client(loopback...).Get(t.Context(), s, Want{}); err == nil {
			t.Errorf("%q was fetched", s)
		}
	}
	g := client().guard
	for address, fine := range map[string]bool{"1.1.1.1:443": true, "1.1.1.1:80": true, "1.1.1.1:22": false, "1.1.1.1:8443": false, "[2606:4700::1]:443": true} {
		if err := g.control("tcp", address, nil); (err == nil) != fine {
			t.Errorf("%s: %v", address, err)
		}
	}
	if g.control("udp", "1.1.1.1:443", nil) == nil {
		t.Error("udp is allowed")
	}
}

func TestRedirectsInwardsAreNotFollowed(t *testing.T) {
	called := atomic.Int32{}
	inner := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called.Add(1) }))
	l, err := net.Listen("tcp", "127.0.0.77:0")
	if err != nil {
		t.Fatal(err)
	}
	inner.Listener = l
	inner.Start()
	defer inner.Close()
	outer := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner.URL, http.StatusFound) })
	_, err = client(netip.MustParsePrefix("127.0.0.1/32")).Get(t.Context(), outer, Want{})
	if !allmende.IsKind(err, allmende.Forbidden) || called.Load() > 0 {
		t.Errorf("redirected inwards: %v, %d calls", err, called.Load())
	}
}

func TestRedirectsComeToAnEnd(t *testing.T) {
	hops := atomic.Int32{}
	var last int32 = 3
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if hops.Add(1) <= last {
			http.Redirect(w, r, "/again", http.StatusMovedPermanently)
			return
		}
		_, _ = io.WriteString(w, "there")
	})
	page, err := client(loopback...).Get(t.Context(), address, Want{})
	if err != nil || string(page.Body) != "there" || page.URL.Path != "/again" {
		t.Errorf("three redirects: %v", err)
	}
	hops.Store(0)
	last = 4
	if _, err := client(loopback...).Get(t.Context(), address, Want{}); !allmende.IsKind(err, allmende.Unsupported) {
		t.Errorf("four redirects: %v", err)
	}
}

// dnsServer answers every name with the addresses of its list, one after the
// other: a name that changes its mind.
func dnsServer(t *testing.T, answers ...string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var asked atomic.Int32
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) == 0 {
				continue
			}
			q.Header.Response = true
			if q.Questions[0].Type == dnsmessage.TypeA {
				ip := netip.MustParseAddr(answers[min(int(asked.Add(1))-1, len(answers)-1)])
				q.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Questions[0].Name, Class: dnsmessage.ClassINET},
					Body: &dnsmessage.AResource{A: ip.As4()}}}
			}
			q.Additionals = nil
			if b, err := q.Pack(); err == nil {
				_, _ = conn.WriteTo(b, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestNamesThatLeadInwardsAreRefused(t *testing.T) {
	called := atomic.Int32{}
	address := serve(t, func(http.ResponseWriter, *http.Request) { called.Add(1) })
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	c := New(Options{Resolver: dnsServer(t, "127.0.0.1"), Timeout: 3 * time.Second})
	if _, err := c.Get(t.Context(), "http://harmless.example:"+port+"/", Want{}); !allmende.IsKind(err, allmende.Forbidden) {
		t.Errorf("a name of 127.0.0.1: %v", err)
	}
	allowed := New(Options{Resolver: dnsServer(t, "127.0.0.1"), Timeout: 3 * time.Second, AllowPrivate: loopback})
	if _, err := allowed.Get(t.Context(), "http://harmless.example:"+port+"/", Want{}); err != nil || called.Load() != 1 {
		t.Errorf("the same with its range allowed: %v", err)
	}
}

func TestANameThatChangesItsMindIsCheckedAtEachCall(t *testing.T) {
	called := atomic.Int32{}
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		called.Add(1)
		w.Header().Set("Connection", "close")
	})
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
	c := New(Options{Resolver: dnsServer(t, "127.0.0.1", "10.0.0.9"), Timeout: 3 * time.Second, AllowPrivate: loopback})
	for i, want := range []bool{true, false} {
		_, err := c.Get(t.Context(), "http://moving.example:"+port+"/", Want{})
		if (err == nil) != want || !want && !allmende.IsKind(err, allmende.Forbidden) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	endless := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for {
			if _, err := w.Write(bytes.Repeat([]byte("x"), 32<<10)); err != nil {
				return
			}
		}
	})
	if _, err := client(loopback...).Get(t.Context(), endless, Want{MaxBytes: 100_000}); !allmende.IsKind(err, allmende.TooLarge) {
		t.Errorf("an endless body: %v", err)
	}
	page, err := client(loopback...).Get(t.Context(), endless, Want{MaxBytes: 100_000, Cut: true})
	if err != nil || len(page.Body) != 100_000 {
		t.Errorf("an endless body, cut: %v", err)
	}
	exact := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1000)) })
	if page, err := client(loopback...).Get(t.Context(), exact, Want{MaxBytes: 1000}); err != nil || len(page.Body) != 1000 {
		t.Errorf("a body of exactly the length allowed: %v", err)
	}
	if _, err := client(loopback...).Get(t.Context(), exact, Want{MaxBytes: 999}); !allmende.IsKind(err, allmende.TooLarge) {
		t.Errorf("a body of one byte too many: %v", err)
	}
}

func TestPackedBombsAreDefused(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.Copy(z, io.LimitReader(zeros{}, 200<<20))
	_ = z.Close()
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write(packed.Bytes())
	})
	if _, err := client(loopback...).Get(t.Context(), address, Want{MaxBytes: 1 << 20}); !allmende.IsKind(err, allmende.TooLarge) {
		t.Errorf("200 MB in %d bytes: %v", packed.Len(), err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestSlowServersAreLeft(t *testing.T) {
	drip := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		for {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(20 * time.Millisecond):
				_, _ = w.Write([]byte("."))
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
	address := serve(t, drip)
	c := New(Options{AllowPrivate: loopback, Timeout: 300 * time.Millisecond})
	start := time.Now()
	_, err := c.Get(t.Context(), address, Want{})
	if !allmende.IsKind(err, allmende.Unavailable) || time.Since(start) > 5*time.Second {
		t.Errorf("a body that drips: %v after %v", err, time.Since(start))
	}
}

func TestHeadersAreBounded(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for i := range 40 {
			w.Header().Set(fmt.Sprint("X-Long-", i), strings.Repeat("y", 4000))
		}
	})
	if _, err := client(loopback...).Get(t.Context(), address, Want{}); err == nil {
		t.Error("160 KB of headers were read")
	}
}

func TestOnlyWantedTypesAndGoodAnswersAreTaken(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "Allmende/1 (+https://wiese.example)" || r.Header.Get("Cookie") != "" {
			t.Errorf("called as %q with cookies %q", r.UserAgent(), r.Header.Get("Cookie"))
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		switch r.URL.Path {
		case "/html":
			w.Header().Set("Content-Type", "Text/HTML; charset=latin1")
		case "/none":
			w.Header()["Content-Type"] = nil
		case "/404":
			w.WriteHeader(http.StatusNotFound)
		case "/410":
			w.WriteHeader(http.StatusGone)
		case "/503":
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/403":
			w.WriteHeader(http.StatusForbidden)
		}
	})
	c := client(loopback...)
	page, err := c.Get(t.Context(), address+"/html", Want{Types: []string{"text/html"}})
	if err != nil || page.Type != "text/html" || page.Params["charset"] != "latin1" {
		t.Errorf("a page: %+v %v", page, err)
	}
	if _, err := c.Get(t.Context(), address+"/html", Want{Types: []string{"text/*"}}); err != nil {
		t.Errorf("a page of a wanted family: %v", err)
	}
	for path, want := range map[string]allmende.Kind{"/html": allmende.Unsupported, "/none": allmende.Unsupported, "/404": allmende.NotFound,
		"/410": allmende.Gone, "/503": allmende.Unavailable, "/403": allmende.Unsupported} {
		if _, err := c.Get(t.Context(), address+path, Want{Types: []string{"image/*"}}); !allmende.IsKind(err, want) {
			t.Errorf("%s gives %v", path, err)
		}
	}
}

func TestAFewCallsToOneHostAtOnce(t *testing.T) {
	var now, most atomic.Int32
	address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for {
			if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
				break
			}
		}
		<-time.After(15 * time.Millisecond)
		now.Add(-1)
	})
	c := New(Options{AllowPrivate: loopback, PerHost: 2})
	errs := make(chan error, 12)
	for range 12 {
		go func() {
			_, err := c.Get(context.Background(), address, Want{})
			errs <- err
		}()
	}
	for range 12 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 2 {
		t.Errorf("%d calls at once, should be 2", most.Load())
	}
	if len(c.guard.turns) != 0 {
		t.Errorf("%d hosts are remembered after all calls", len(c.guard.turns))
	}
}

func TestPostsAreNotRepeatedElsewhere(t *testing.T) {
	posts := atomic.Int32{}
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
	})
	res, err := client(loopback...).HTTP(1000).Post(address, "text/plain", strings.NewReader("x"))
	if err != nil || res.StatusCode != http.StatusTemporaryRedirect || posts.Load() != 1 {
		t.Errorf("%v, %d posts", err, posts.Load())
	}
	_ = res.Body.Close()
}
