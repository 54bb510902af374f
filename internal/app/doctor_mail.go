package app

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"net/url"
	"time"
)

// mail greets the mail server, and signs in when there is a password; nothing
// is sent.
func (d *doctor) mail(ctx context.Context) {
	if d.cfg.Mail.URL == "" {
		d.odd("mail_none")
		return
	}
	host, err := greet(ctx, d.cfg.Mail.URL, d.cfg.Domain())
	if err != nil {
		d.bad("mail", "host", host, "why", err.Error())
		return
	}
	d.good("mail_fine", "host", host)
}

// greet connects, says EHLO, begins encryption where it is offered, and signs in.
func greet(ctx context.Context, address, self string) (host string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("not an address")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	host = net.JoinHostPort(u.Hostname(), port)
	dialer := &net.Dialer{Timeout: 8 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return host, err
	}
	if err := conn.SetDeadline(time.Now().Add(15 * time.Second)); err != nil {
		return host, err
	}
	secret := &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	if u.Scheme == "smtps" {
		conn = tls.Client(conn, secret)
	}
	c, err := smtp.NewClient(conn, u.Hostname())
	if err != nil {
		return host, err
	}
	defer c.Close()
	if err := c.Hello(hostOnly(self)); err != nil {
		return host, err
	}
	if ok, _ := c.Extension("STARTTLS"); ok && u.Scheme == "smtp" {
		if err := c.StartTLS(secret); err != nil {
			return host, err
		}
	}
	if password, ok := u.User.Password(); ok {
		if err := c.Auth(smtp.PlainAuth("", u.User.Username(), password, u.Hostname())); err != nil {
			return host, err
		}
	}
	return host, c.Quit()
}

func hostOnly(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		return host
	}
	return s
}
