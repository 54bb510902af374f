// Package fetch is the one way in which the server calls other servers: pages
// for previews, pictures, documents of the federation. Whatever address people
// write, it never reaches the inside of the network the server stands in: the
// address is checked when the connection is made, so names that resolve
// inwards, redirects and other spellings of an address change nothing.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"allmende"
)

// Options are what the client needs to know of the house.
type Options struct {
	Version      string         // of this program, for the User-Agent
	BaseURL      string         // address of this server, for the User-Agent
	AllowPrivate []netip.Prefix // private ranges that may be called, on any port
	Resolver     *net.Resolver  // nil: the system's
	Timeout      time.Duration  // of one whole exchange, redirects and body included; 0: 20 s
	PerHost      int            // how many exchanges with one host at once; 0: 4
}

const (
	maxRedirects  = 3
	maxHeader     = 64 << 10
	usualTimeout  = 20 * time.Second
	usualPerHost  = 4
	connectWithin = 8 * time.Second
	headerWithin  = 12 * time.Second
	usualBytes    = 10 << 20
	maxAddress    = 4000 // characters
)

// Client fetches. It keeps no cookies and knows no proxies.
type Client struct {
	guard   *guard
	timeout time.Duration
}

// New makes the client of a house.
func New(o Options) *Client {
	if o.Timeout <= 0 {
		o.Timeout = usualTimeout
	}
	if o.PerHost <= 0 {
		o.PerHost = usualPerHost
	}
	agent := "Allmende/" + o.Version + " (+" + o.BaseURL + ")"
	return &Client{guard: newGuard(o, agent), timeout: o.Timeout}
}

// HTTP is a client for callers that make their own requests (signed ones, for
// example). Bodies longer than maxBytes break off with TooLarge; zero is 10 MiB.
// Requests with a body are not repeated elsewhere: their redirects are given back.
func (c *Client) HTTP(maxBytes int64) *http.Client {
	if maxBytes <= 0 {
		maxBytes = usualBytes
	}
	return &http.Client{
		Transport:     &limited{guard: c.guard, bytes: maxBytes},
		CheckRedirect: redirects,
		Timeout:       c.timeout,
	}
}

func redirects(req *http.Request, via []*http.Request) error {
	if via[0].Method != http.MethodGet && via[0].Method != http.MethodHead {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return allmende.E(allmende.Unsupported, "error.fetch_redirects")
	}
	if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
		return allmende.E(allmende.Forbidden, "error.fetch_address")
	}
	return nil
}

// Want says what Get accepts.
type Want struct {
	Types    []string // media types, "text/html", or with a star: "image/*"; empty: all
	MaxBytes int64    // of the body, unpacked; zero: 10 MiB
	Cut      bool     // a longer body is cut off there instead of refused
	Accept   string   // header; empty: made from Types
}

// Page is what Get brought.
type Page struct {
	URL    *url.URL // where it was found at last
	Type   string   // media type without parameters, in lower case
	Params map[string]string
	Header http.Header
	Body   []byte
}

// Get fetches an address. Its errors are of the kinds
//   - Forbidden: the address is not one we call;
//   - NotFound and Gone: the server says so;
//   - Unsupported: of another type, or no good answer at all;
//   - TooLarge: longer than wanted;
//   - Unavailable: not reached, or broken at the moment: later it may be there.
func (c *Client) Get(ctx context.Context, address string, want Want) (*Page, error) {
	if len(address) > maxAddress {
		return nil, allmende.E(allmende.Forbidden, "error.fetch_address")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, allmende.E(allmende.Forbidden, "error.fetch_address").Because(err)
	}
	if want.Accept == "" && len(want.Types) > 0 {
		want.Accept = strings.Join(want.Types, ", ")
	}
	if want.Accept != "" {
		req.Header.Set("Accept", want.Accept)
	}
	limit := want.MaxBytes
	if limit <= 0 {
		limit = usualBytes
	}
	res, err := c.HTTP(limit).Do(req)
	if err != nil {
		return nil, Problem(err)
	}
	defer func() { _ = res.Body.Close() }() // it was only read from
	if err := Status(res); err != nil {
		return nil, err
	}
	page := &Page{URL: res.Request.URL, Header: res.Header}
	if page.Type, page.Params, err = want.admits(res.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	var from io.Reader = res.Body
	if want.Cut {
		from = io.LimitReader(from, limit)
	}
	if page.Body, err = io.ReadAll(from); err != nil {
		return nil, Problem(err)
	}
	return page, nil
}

func (w *Want) admits(header string) (string, map[string]string, error) {
	got, params, err := mime.ParseMediaType(header)
	if err != nil && got == "" {
		got = "application/octet-stream"
	}
	fits := func(t string) bool {
		family, starred := strings.CutSuffix(t, "*")
		return t == got || starred && strings.HasPrefix(got, family)
	}
	if len(w.Types) > 0 && !slices.ContainsFunc(w.Types, fits) {
		return "", nil, allmende.E(allmende.Unsupported, "error.fetch_type")
	}
	return got, params, nil
}

// Status turns an answer that is no success into an error.
func Status(res *http.Response) error {
	code := res.StatusCode
	cause := fmt.Errorf("%s answered %d", res.Request.URL.Host, code)
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusNotFound:
		return allmende.E(allmende.NotFound, "error.fetch_status", "status", code).Because(cause)
	case code == http.StatusGone:
		return allmende.E(allmende.Gone, "error.fetch_status", "status", code).Because(cause)
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout:
		return allmende.E(allmende.Unavailable, "error.fetch_status", "status", code).Because(cause)
	}
	return allmende.E(allmende.Unsupported, "error.fetch_status", "status", code).Because(cause)
}

// Problem turns what a client of HTTP returned into one of our errors.
func Problem(err error) error {
	var ours *allmende.Error
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, context.Canceled):
		return err
	}
	return allmende.E(allmende.Unavailable, "error.fetch_unreachable").Because(err)
}
