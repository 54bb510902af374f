package config

import (
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Host is the host of url, with its port when it is not the usual one.
func (c Config) Host() string {
	u, err := url.Parse(c.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Secure tells whether people reach the server by https.
func (c Config) Secure() bool { return strings.HasPrefix(c.URL, "https://") }

// Domain is the part after the @ in names.
func (c Config) Domain() string {
	if c.AccountDomain != "" {
		return c.AccountDomain
	}
	return c.Host()
}

// Postgres tells whether the database is PostgreSQL; otherwise it is SQLite.
func (c Config) Postgres() bool { return c.Database != "" }

// DatabaseDSN is what to open: the postgres:// address, or the path of the
// SQLite file in the data directory.
func (c Config) DatabaseDSN() string {
	if c.Postgres() {
		return c.Database
	}
	return filepath.Join(c.Data, "allmende.db")
}

// S3 tells whether media are kept in a bucket; otherwise in MediaDir.
func (c Config) S3() bool { return strings.HasPrefix(c.Media, "s3://") }

// MediaDir is the directory of the media; empty when they are in a bucket.
func (c Config) MediaDir() string {
	switch {
	case c.S3():
		return ""
	case c.Media == "":
		return filepath.Join(c.Data, "media")
	}
	return c.Media
}

// TempDir is where half-finished uploads and conversions lie.
func (c Config) TempDir() string { return filepath.Join(c.Data, "tmp") }

// CertDir is where certificates are kept that the server got itself.
func (c Config) CertDir() string { return filepath.Join(c.Data, "certificates") }

// SocketPath is the socket by which commands speak to the running server.
func (c Config) SocketPath() string { return filepath.Join(c.Data, "allmende.sock") }

// MailFrom is the sender of all mail.
func (c Config) MailFrom() string {
	if c.Mail.From != "" {
		return c.Mail.From
	}
	host, _, _ := strings.Cut(c.Domain(), ":")
	return "noreply@" + host
}

// RateOn tells whether requests are counted.
func (l Limits) RateOn() bool { return l.Rate == "on" }

// Allows tells whether addr lies in a private range that federation may reach.
func (f Federation) Allows(addr netip.Addr) bool {
	for _, p := range f.AllowPrivate {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// LogLevel is log.level for slog.
func (c Config) LogLevel() slog.Level {
	var level slog.Level
	if level.UnmarshalText([]byte(c.Log.Level)) != nil {
		return slog.LevelInfo
	}
	return level
}

// LogValue is what a log may show of the settings: no passwords, no tokens.
func (c Config) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("url", c.URL), slog.String("domain", c.Domain()), slog.String("listen", c.Listen),
		slog.String("data", c.Data), slog.String("database", withoutSecret(c.DatabaseDSN())),
		slog.String("media", withoutSecret(c.Media)), slog.String("mail", withoutSecret(c.Mail.URL)),
		slog.String("registration", c.Registration), slog.String("federation", c.Federation.Mode),
		slog.String("rate", c.Limits.Rate),
	)
}

// withoutSecret drops user, password and query from an address.
func withoutSecret(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(unreadable)"
	}
	u.User, u.RawQuery = nil, ""
	return u.String()
}
