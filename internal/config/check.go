package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tidy brings values that may be written in several ways into one form.
func (c *Config) tidy() {
	c.URL = strings.TrimRight(c.URL, "/")
	if u, err := url.Parse(c.URL); err == nil && u.Host != "" {
		u.Host = strings.ToLower(u.Host)
		u.Host = strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
		c.URL = u.String()
	}
	c.AccountDomain = strings.ToLower(strings.TrimPrefix(c.AccountDomain, "@"))
	if c.Metrics.Listen == "off" {
		c.Metrics.Listen = ""
	}
	if strings.Contains(c.Media, "://") || c.Media == "" {
		return
	}
	c.Media = filepath.Clean(c.Media)
}

// checker collects the faults of a whole configuration.
type checker struct{ faults Faults }

// need notes a fault unless ok.
func (ch *checker) need(ok bool, key, format string, args ...any) {
	if !ok {
		ch.faults = append(ch.faults, key+": "+fmt.Sprintf(format, args...))
	}
}

func (ch *checker) oneOf(key, value string, allowed ...string) {
	ch.need(slices.Contains(allowed, value), key, "%q must be one of %s", value, strings.Join(allowed, ", "))
}

func (ch *checker) hostPort(key, value string) {
	_, port, err := net.SplitHostPort(value)
	n, numErr := strconv.Atoi(port)
	ch.need(err == nil && numErr == nil && n >= 0 && n < 65536, key, "%q is not host:port (write it like 127.0.0.1:8080 or :8080)", value)
}

// check validates the whole and returns every fault.
func (c *Config) check() Faults {
	ch := &checker{}
	c.checkAddress(ch)
	c.checkStores(ch)
	c.checkMail(ch)
	c.checkFederation(ch)
	c.checkLimits(ch)
	ch.oneOf("registration", c.Registration, "open", "approval", "invite", "closed")
	ch.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	ch.oneOf("log.format", c.Log.Format, "text", "json")
	if c.Metrics.Listen != "" {
		ch.hostPort("metrics.listen", c.Metrics.Listen)
	}
	ch.need(c.Metrics.Token == "" || len(c.Metrics.Token) >= 16, "metrics.token", "it needs 16 characters or more")
	ch.need(len(c.Languages) > 0, "languages", "at least one language is needed")
	for i, lang := range c.Languages {
		ch.oneOf("languages", lang, "en", "de", "de-formal")
		ch.need(!slices.Contains(c.Languages[:i], lang), "languages", "%q stands there twice", lang)
	}
	return ch.faults
}

func (c *Config) checkAddress(ch *checker) {
	u, err := url.Parse(c.URL)
	whole := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
	ch.need(whole, "url", "%q is not a web address (write it like https://social.example.org)", c.URL)
	if whole {
		bare := u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
		ch.need(bare, "url", "%q must be only https:// and a host: no path, query or password", c.URL)
		ch.need(validHost(u.Host), "url", "%q is not a host name", u.Host)
	}
	ch.need(c.AccountDomain == "" || validHost(c.AccountDomain), "account_domain", "%q is not a host name", c.AccountDomain)
	ch.hostPort("listen", c.Listen)
	if c.TLS.Auto && whole {
		_, ipErr := netip.ParseAddr(u.Hostname())
		public := u.Scheme == "https" && u.Hostname() != "localhost" && ipErr != nil
		ch.need(public, "tls.auto", "certificates are given to names only: url must be https:// with a public host name, not %q", c.URL)
	}
	if c.TLS.Mail != "" {
		_, err := mail.ParseAddress(c.TLS.Mail)
		ch.need(err == nil, "tls.mail", "%q is not a mail address", c.TLS.Mail)
	}
}

// validHost accepts a host name or address with an optional port. Names are
// ASCII: international ones are written in their xn-- form.
func validHost(s string) bool {
	u, err := url.Parse("//" + s)
	if err != nil || u.Host != s || u.Hostname() == "" {
		return false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return true
	}
	for label := range strings.SplitSeq(u.Hostname(), ".") {
		ok := label != "" && len(label) < 64 && label[0] != '-' && label[len(label)-1] != '-'
		if !ok || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(s) <= 253
}

func (c *Config) checkStores(ch *checker) {
	ch.need(c.Data != "", "data", "a directory is needed")
	if c.Database != "" {
		u, err := url.Parse(c.Database)
		ok := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && len(u.Path) > 1
		ch.need(ok, "database", "must be empty or an address like postgres://user:password@host/name")
	}
	if !strings.Contains(c.Media, "://") {
		return
	}
	u, err := url.Parse(c.Media)
	if err != nil || u.Scheme != "s3" || u.Host == "" {
		ch.need(false, "media", "must be a directory or an address like s3://bucket?endpoint=https://s3.example.org")
		return
	}
	end, err := url.Parse(u.Query().Get("endpoint"))
	ch.need(err == nil && end.Host != "" && (end.Scheme == "http" || end.Scheme == "https"), "media",
		"the bucket needs ?endpoint=https://… (the address of the S3 service)")
}

func (c *Config) checkMail(ch *checker) {
	if c.Mail.URL != "" {
		u, err := url.Parse(c.Mail.URL)
		ok := err == nil && (u.Scheme == "smtp" || u.Scheme == "smtps") && u.Hostname() != ""
		ch.need(ok, "mail.url", "must be an address like smtp://user:password@host:587")
	}
	if c.Mail.From != "" {
		_, err := mail.ParseAddress(c.Mail.From)
		ch.need(err == nil, "mail.from", "%q is not a mail address", c.Mail.From)
	}
}

func (c *Config) checkFederation(ch *checker) {
	ch.oneOf("federation.mode", c.Federation.Mode, "open", "allowlist", "off")
	for _, p := range c.Federation.AllowPrivate {
		ch.need(isPrivate(p), "federation.allow_private", "%s is not a private range", p)
	}
}

// privateRanges are the networks that are not the internet. A range that an
// admin allows must lie within one of them, so that a slip of the pen
// (0.0.0.0/0) does not open everything.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

func isPrivate(p netip.Prefix) bool {
	return slices.ContainsFunc(privateRanges, func(r netip.Prefix) bool {
		return r.Bits() <= p.Bits() && r.Contains(p.Addr())
	})
}

func (c *Config) checkLimits(ch *checker) {
	l := c.Limits
	for _, size := range []struct {
		key   string
		bytes Size
	}{{"limits.image", l.Image}, {"limits.audio", l.Audio}, {"limits.video", l.Video}, {"limits.import", l.Import}} {
		ch.need(size.bytes >= 1<<10, size.key, "%s is less than 1KiB", size.bytes)
	}
	for _, number := range []struct {
		key string
		n   int
	}{
		{"limits.image_megapixels", l.ImageMegapixels}, {"limits.note", l.Note}, {"limits.article", l.Article},
		{"limits.rate_read", l.RateRead}, {"limits.rate_write", l.RateWrite}, {"limits.rate_upload", l.RateUpload},
		{"limits.rate_sign_in", l.RateSignIn}, {"limits.rate_inbox", l.RateInbox},
	} {
		ch.need(number.n > 0, number.key, "%d must be 1 or more", number.n)
	}
	ch.need(l.Duration >= time.Second, "limits.duration", "%s is less than a second", l.Duration)
	ch.need(l.Article <= 5_000_000, "limits.article", "%d is more than 5000000", l.Article)
	ch.need(l.Note <= l.Article, "limits.note", "a note (%d) may not be longer than an article (%d)", l.Note, l.Article)
	ch.oneOf("limits.rate", l.Rate, "on", "off")
}
