package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"allmende"
)

// server is where mail is handed in (RFC 5321, RFC 6409).
type server struct {
	host    string
	options []gomail.Option
}

// parseServer reads the setting; nil when there is none.
func parseServer(s Settings) (*server, error) {
	if s.URL == "" {
		return nil, nil
	}
	wrong := allmende.Wrong("mail.url", "mail.bad_url")
	u, err := url.Parse(s.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, wrong // without the cause: it holds the password
	}
	srv := &server{host: u.Hostname()}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, wrong
		}
	}
	near := loopback(srv.host)
	srv.options = []gomail.Option{
		gomail.WithPort(port), gomail.WithTimeout(30 * time.Second), gomail.WithHELO(helo(s.Host)), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: srv.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: near}),
	}
	user := u.User.Username()
	switch {
	case u.Scheme == "smtps":
		srv.options = append(srv.options, gomail.WithSSL())
	case user != "" && !near:
		srv.options = append(srv.options, gomail.WithTLSPolicy(gomail.TLSMandatory)) // no password in the clear
	default:
		srv.options = append(srv.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	if user != "" {
		password, _ := u.User.Password()
		srv.options = append(srv.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(user), gomail.WithPassword(password))
	}
	return srv, nil
}

// loopback tells whether a mail server stands on this machine: what does not
// leave it needs no certificate that others would believe.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// helo is the name we greet with: a host, without port.
func helo(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "" {
		return "localhost"
	}
	return host
}

// send delivers one mail. What the server refuses for good (5yz to an address
// or to the text) is Invalid, and so given up; everything else is tried again,
// a refused password too, since an admin can mend it.
func (s *server) send(ctx context.Context, m *gomail.Msg) error {
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return allmende.E(allmende.Unavailable, "mail.unreachable").Because(err)
	}
	err = client.DialAndSendWithContext(ctx, m)
	if err == nil || m.IsDelivered() { // what fails after delivery must not send it twice
		return nil
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && refused.ErrorCode() >= 500 {
		return allmende.E(allmende.Invalid, "mail.refused").Because(err)
	}
	return allmende.E(allmende.Unavailable, "mail.unreachable").Because(err)
}

// hostOnly is a host as it stands in addresses: without port.
func hostOnly(host string) string { return strings.Trim(helo(host), "[]") }
