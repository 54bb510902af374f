package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"
)

// postbox is a small mail server (RFC 5321) that keeps what it is given.
type postbox struct {
	testing.TB
	listener net.Listener
	tls      *tls.Config // nil: no STARTTLS
	refuse   func(line string) string

	mu    sync.Mutex
	mails []delivery // guarded by mu
	auths []string   // guarded by mu
}

// delivery is one mail as the server got it.
type delivery struct {
	from, to string
	secure   bool
	raw      string
}

func newPostbox(t testing.TB, secure bool) *postbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &postbox{TB: t, listener: l, refuse: func(string) string { return "" }}
	if secure {
		b.tls = &tls.Config{Certificates: []tls.Certificate{certificate(t)}}
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { b.talk(conn) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return b
}

func (b *postbox) address() string { return b.listener.Addr().String() }

// talk is one conversation.
func (b *postbox) talk(conn net.Conn) {
	defer func() { conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return
	}
	r := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 postbox.example ESMTP")
	d := delivery{}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		if no := b.refuse(line); no != "" {
			say(no)
			continue
		}
		switch strings.ToUpper(verb) {
		case "EHLO":
			say("250-postbox.example")
			if b.tls != nil && !d.secure {
				say("250-STARTTLS")
			}
			say("250-AUTH PLAIN LOGIN")
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go ahead")
			secured := tls.Server(conn, b.tls)
			if secured.Handshake() != nil {
				return
			}
			conn, r, d.secure = secured, bufio.NewReader(secured), true
			say = func(line string) { _, _ = io.WriteString(secured, line+"\r\n") }
		case "AUTH":
			b.login(rest)
			say("235 welcome")
		case "MAIL":
			d.from = between(rest)
			say("250 ok")
		case "RCPT":
			d.to = between(rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			if d.raw, err = readData(r); err != nil {
				return
			}
			if no := b.refuse("END OF DATA"); no != "" {
				say(no)
				continue
			}
			b.mu.Lock()
			b.mails = append(b.mails, d)
			b.mu.Unlock()
			say("250 taken")
		case "RSET", "NOOP":
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

func (b *postbox) login(rest string) {
	_, blob, _ := strings.Cut(rest, " ")
	plain, _ := base64.StdEncoding.DecodeString(blob)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.auths = append(b.auths, strings.Trim(strings.ReplaceAll(string(plain), "\x00", " "), " "))
}

func between(s string) string {
	_, s, _ = strings.Cut(s, "<")
	s, _, _ = strings.Cut(s, ">")
	return s
}

// readData undoes the dot-stuffing of RFC 5321, section 4.5.2.
func readData(r *bufio.Reader) (string, error) {
	var out strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return "", err
		}
		if !strings.HasSuffix(line, "\r\n") {
			return "", errors.New("a bare line feed")
		}
		if line == ".\r\n" {
			return out.String(), nil
		}
		out.WriteString(strings.TrimPrefix(line, "."))
	}
}

func (b *postbox) got() []delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]delivery(nil), b.mails...)
}

// opened is a mail taken apart, as a mail program does.
type opened struct {
	mail.Header
	subject, plain, html string
	to                   string
}

func open(t testing.TB, d delivery) opened {
	t.Helper()
	for i, line := range strings.Split(d.raw, "\r\n") {
		if len(line) > 998 {
			t.Errorf("line %d has %d bytes", i, len(line))
		}
		for _, c := range []byte(line) {
			if c > 126 {
				t.Fatalf("line %d is not ASCII: %q", i, line)
			}
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(d.raw))
	if err != nil {
		t.Fatal(err)
	}
	o := opened{Header: m.Header, to: d.to}
	if o.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s: %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return o
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Header.Get("Content-Transfer-Encoding") != "quoted-printable" {
			t.Errorf("encoding %s", p.Header.Get("Content-Transfer-Encoding"))
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		switch p.Header.Get("Content-Type") {
		case "text/plain; charset=UTF-8":
			o.plain = text
		case "text/html; charset=UTF-8":
			o.html = text
		default:
			t.Errorf("a part of type %s", p.Header.Get("Content-Type"))
		}
	}
}

func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "postbox.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
