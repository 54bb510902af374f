package mail

import (
	"bytes"
	"context"
	_ "embed"
	htmltemplate "html/template"
	"net/mail"
	"strings"
	texttemplate "text/template"

	gomail "github.com/wneessen/go-mail"

	"allmende"
	"allmende/internal/lang"
)

//go:embed letter.txt
var plainSource string

//go:embed letter.html
var htmlSource string

var (
	plainTemplate = texttemplate.Must(texttemplate.New("letter").Funcs(texttemplate.FuncMap{"indent": indent}).Parse(plainSource))
	htmlTemplate  = htmltemplate.Must(htmltemplate.New("letter").Parse(htmlSource))
)

// message is a letter in words. The exported fields are for the templates.
type message struct {
	kind        allmende.LetterKind
	to          mail.Address
	lang        lang.Tag
	secret      string // the code in Link; such links are shown when there is no mail server
	unsubscribe string // address that ends mails of this kind at one click

	Lang    string // for the HTML part
	Site    string
	SiteURL string
	Subject string
	Hello   string
	Text    []string // paragraphs before the link
	Quote   string   // somebody's own words: a reason
	Link    string
	Button  string
	Code    string // what to type instead of following the link, as a sentence
	Items   []item // what happened
	After   []string
	Footer  string
	Leave   string // text and address of the visible link for no more such mails
	LeaveAt string
}

// item is one thing that happened.
type item struct {
	Text, Excerpt, Link string
}

// t is a text in the letter's language.
func (m *message) t(key string, args ...any) string {
	return lang.T(m.lang, key, append(args, "site", m.Site)...)
}

// indent sets somebody's own words apart.
func indent(s string) string { return "    " + strings.ReplaceAll(s, "\n", "\n    ") }

// build makes a mail of a letter (RFC 5322).
func (o *Outlet) build(ctx context.Context, m *message) (*gomail.Msg, error) {
	var plain, html bytes.Buffer
	if err := plainTemplate.Execute(&plain, m); err != nil {
		return nil, err
	}
	if err := htmlTemplate.Execute(&html, m); err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from, err := o.sender(m)
	if err != nil {
		return nil, err
	}
	msg.FromMailAddress(from)
	msg.ToMailAddress(&m.to)
	msg.Subject(m.Subject)
	msg.SetDateWithValue(o.now())
	msg.SetMessageIDWithValue(allmende.Secret(16) + "@" + hostOnly(o.set.Host))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday notice answers
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader("Content-Language", m.lang.HTML())
	if m.unsubscribe != "" {
		msg.SetListUnsubscribe(m.unsubscribe)
		msg.SetListUnsubscribePost()
	}
	msg.SetBodyString(gomail.TypeTextPlain, plain.String())
	msg.AddAlternativeString(gomail.TypeTextHTML, html.String())
	return msg, nil
}

func (o *Outlet) sender(m *message) (*mail.Address, error) {
	if o.set.From == "" {
		return &mail.Address{Name: m.Site, Address: "noreply@" + hostOnly(o.set.Host)}, nil
	}
	from, err := mail.ParseAddress(o.set.From)
	if err != nil {
		return nil, err
	}
	if from.Name == "" {
		from.Name = m.Site
	}
	return from, nil
}
