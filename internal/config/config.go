// Package config holds every setting of a server in one struct. It is read
// once at the start (file, then environment, then flags), validated whole with
// all faults listed, and handed down in pieces.
//
// The comments of the fields below are the manual: Print writes the sample
// allmende.toml from them.
package config

import (
	"net/netip"
	"time"
)

// Config is all settings. The first sentence of a field's comment says what it
// is; the field's default stands in Default.
type Config struct {
	// Public address of this server: what people type and other servers call.
	// Left out, it is http://localhost with the port of listen, to try things out.
	// It is locked once something was federated, since it stands in all ids.
	URL string `koanf:"url"`

	// The part after the @ in names, when it shall differ from the host of url,
	// for example "example.org" for a server at https://social.example.org.
	// Empty: the host of url.
	AccountDomain string `koanf:"account_domain"`

	// Where the server listens: host:port. Leave the host away (":8080") to be
	// reached from other machines. With tls.auto this is usually ":443".
	Listen string `koanf:"listen"`

	// Addresses or ranges whose forwarded headers (X-Forwarded-For) are
	// believed, for example ["127.0.0.1"] behind a web server on this machine.
	// Empty: nobody's.
	Proxies []netip.Prefix `koanf:"proxies"`

	// Directory for the embedded database, media and the socket of the running
	// server. It is created when missing.
	Data string `koanf:"data"`

	// Where the database is. Empty: SQLite in the data directory. Otherwise
	// PostgreSQL 13 or newer: "postgres://user:password@host/name".
	Database string `koanf:"database"`

	// Where media are kept. Empty: the directory "media" in the data directory.
	// Otherwise another directory. Buckets ("s3://…") are not served yet.
	Media string `koanf:"media"`

	// Who may join: "open" (anyone), "approval" (an admin or moderator lets
	// people in), "invite" (with an invitation only), "closed" (nobody).
	Registration string `koanf:"registration"`

	// Languages that visitors are offered: "en", "de", or "de-formal" (Sie
	// instead of Du). The first is used when a browser asks for none of them.
	Languages []string `koanf:"languages"`

	TLS        TLS        `koanf:"tls"`
	Mail       Mail       `koanf:"mail"`
	Federation Federation `koanf:"federation"`
	Metrics    Metrics    `koanf:"metrics"`
	Limits     Limits     `koanf:"limits"`
	Log        Log        `koanf:"log"`
}

// TLS is encryption by the server itself. Behind a web server that already does
// this, leave it off.
type TLS struct {
	// Get certificates automatically (ACME) for the host of url. Ports 80 and
	// 443 must be reachable from outside. Short form: tls = true.
	Auto bool `koanf:"auto"`

	// Mail address that the certificate authority may write to.
	Mail string `koanf:"mail"`
}

// Mail is how the server sends mail. Without it, confirmations and resets are
// shown on the admin page and in the log.
type Mail struct {
	// Mail server: "smtp://user:password@host:587" (STARTTLS) or
	// "smtps://user:password@host:465". Short form: mail = "smtp://…".
	URL string `koanf:"url"`

	// Sender of all mail, "Name <address>" or an address.
	// Empty: noreply@ the account domain.
	From string `koanf:"from"`
}

// Federation is the exchange with other servers.
type Federation struct {
	// With whom: "open" (everyone who is not blocked), "allowlist" (only hosts
	// that an admin allowed), "off" (nobody). Short form: federation = "off".
	Mode string `koanf:"mode"`

	// Private address ranges that the server may nevertheless fetch from and
	// deliver to, also over plain http and with a port in the name; for tests
	// and closed networks. All other private ranges stay refused.
	AllowPrivate []netip.Prefix `koanf:"allow_private"`
}

// Metrics is the page /metrics for Prometheus. With both settings empty there
// is no such page.
type Metrics struct {
	// Listener of its own, host:port, for example "127.0.0.1:9100".
	// Short form: metrics = "127.0.0.1:9100".
	Listen string `koanf:"listen"`

	// Secret (16 characters or more) with which /metrics answers on the public
	// address: "Authorization: Bearer <token>".
	Token string `koanf:"token"`
}

// Limits are what one person or address may ask of the server. Sizes are
// written like "32MiB" or "4GB".
type Limits struct {
	// Largest picture in bytes.
	Image Size `koanf:"image"`

	// Largest picture in millions of pixels.
	ImageMegapixels int `koanf:"image_megapixels"`

	// Largest sound file in bytes.
	Audio Size `koanf:"audio"`

	// Largest film in bytes.
	Video Size `koanf:"video"`

	// Longest film or sound.
	Duration time.Duration `koanf:"duration"`

	// Largest archive that a member may upload for an import.
	Import Size `koanf:"import"`

	// Room for all media of one member, variants included. "0" is no limit.
	Quota Size `koanf:"quota"`

	// Longest note, in characters.
	Note int `koanf:"note"`

	// Longest article or wiki page, in characters.
	Article int `koanf:"article"`

	// "on", or "off" for load tests: no counting of requests at all.
	Rate string `koanf:"rate"`

	// Requests that read, per minute and member, or per address when not signed in.
	RateRead int `koanf:"rate_read"`

	// Requests that write, per minute and member or address.
	RateWrite int `koanf:"rate_write"`

	// Uploads begun, per minute and member.
	RateUpload int `koanf:"rate_upload"`

	// Attempts to sign in, join or reset a password, per minute, for an address
	// and for an account alike.
	RateSignIn int `koanf:"rate_sign_in"`

	// Deliveries from one other server, per minute.
	RateInbox int `koanf:"rate_inbox"`
}

// Log is what is written to standard error.
type Log struct {
	// "debug", "info", "warn" or "error".
	Level string `koanf:"level"`

	// "text" for people, "json" for machines.
	Format string `koanf:"format"`
}

// Default is the configuration of a server that was told nothing: it runs on
// http://localhost:8080 and keeps everything in ./data.
func Default() Config {
	return Config{
		URL:          "http://localhost:8080",
		Listen:       "127.0.0.1:8080",
		Data:         "./data",
		Registration: "approval",
		Languages:    []string{"en", "de"},
		Federation:   Federation{Mode: "open"},
		Limits: Limits{
			Image:           32 << 20,
			ImageMegapixels: 100,
			Audio:           512 << 20,
			Video:           4 << 30,
			Duration:        3 * time.Hour,
			Import:          20 << 30,
			Quota:           20 << 30,
			Note:            5000,
			Article:         500_000,
			Rate:            "on",
			RateRead:        600,
			RateWrite:       120,
			RateUpload:      60,
			RateSignIn:      10,
			RateInbox:       3000,
		},
		Log: Log{Level: "info", Format: "text"},
	}
}
