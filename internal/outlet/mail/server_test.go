package mail_test

import (
	"strings"
	"testing"

	"allmende"
	mailing "allmende/internal/outlet/mail"
)

func TestAServerThatIsBusyIsAskedAgainAndOneThatRefusesIsNot(t *testing.T) {
	for what, c := range map[string]struct {
		refuse string // the beginning of a line
		answer string
		kind   allmende.Kind
	}{
		"busy with the sender":  {"MAIL", "451 later", allmende.Unavailable},
		"greylisting":           {"RCPT", "450 later", allmende.Unavailable},
		"no such person":        {"RCPT", "550 no such person", allmende.Invalid},
		"text not liked":        {"END OF DATA", "554 looks like spam", allmende.Invalid},
		"full for the moment":   {"END OF DATA", "452 full", allmende.Unavailable},
		"reset after delivery":  {"RSET", "421 bye", -1},
		"password not accepted": {"AUTH", "535 wrong", allmende.Unavailable},
	} {
		t.Run(what, func(t *testing.T) {
			box := newPostbox(t, true)
			box.refuse = func(line string) string {
				if strings.HasPrefix(line, c.refuse) {
					return c.answer
				}
				return ""
			}
			o := newOffice(t, box, func(s *mailing.Settings) { s.URL = "smtp://ada:geheim@" + box.address() })
			err := o.outlet.Run(ctx, letter(allmende.Letter{Kind: allmende.LetterRejected, To: "x@wiese.example", Lang: "de"}))
			if c.kind < 0 {
				if err != nil || len(box.got()) != 1 {
					t.Errorf("%v, %d delivered", err, len(box.got()))
				}
				return
			}
			if allmende.KindOf(err) != c.kind || len(box.got()) != 0 {
				t.Errorf("%v, %d delivered", err, len(box.got()))
			}
		})
	}
}

func TestThePasswordGoesToTheServerAndNowhereElse(t *testing.T) {
	box := newPostbox(t, true)
	o := newOffice(t, box, func(s *mailing.Settings) {
		s.URL, s.From = "smtp://ada:geheim@"+box.address(), "Die Wiese <post@wiese.example>"
	})
	if err := o.outlet.Run(ctx, letter(allmende.Letter{Kind: allmende.LetterRejected, To: "x@wiese.example", Lang: "de"})); err != nil {
		t.Fatal(err)
	}
	if len(box.auths) != 1 || box.auths[0] != "ada geheim" || box.got()[0].from != "post@wiese.example" {
		t.Errorf("signed in as %q, from %s", box.auths, box.got()[0].from)
	}
	_, err := mailing.New(o.db, o.read, mailing.Settings{URL: "smtp://ada:geheim@host:x"}, nil, nil, nil, nil)
	if !allmende.IsKind(err, allmende.Invalid) || strings.Contains(err.Error(), "geheim") {
		t.Errorf("a bad setting: %v", err)
	}
}

func TestAServerThatIsAwayIsAskedAgain(t *testing.T) {
	box := newPostbox(t, false)
	address := box.address()
	box.listener.Close()
	o := newOffice(t, box, func(s *mailing.Settings) { s.URL = "smtp://" + address })
	err := o.outlet.Run(ctx, letter(allmende.Letter{Kind: allmende.LetterRejected, To: "x@wiese.example", Lang: "de"}))
	if !allmende.IsKind(err, allmende.Unavailable) {
		t.Errorf("%v", err)
	}
}
