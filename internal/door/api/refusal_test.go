package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/door/api"
)

// refuses sends something and fails the test unless it is refused and nothing
// has changed.
func (p *program) refuses(send func() *answer) refusal {
	p.T.Helper()
	before := p.stored()
	a := send()
	r := a.refused()
	if p.stored() != before {
		p.T.Errorf("refused, and yet something was written: %s", a)
	}
	return r
}

// broken are bodies that are no command whatever the verb.
var broken = map[string][]byte{
	"nothing":          {},
	"null":             []byte(`null`),
	"a list":           []byte(`[]`),
	"a text":           []byte(`"publish"`),
	"half an object":   []byte(`{"object": "1"`),
	"two objects":      []byte(`{} {}`),
	"a form":           []byte(`object=1`),
	"not UTF-8":        []byte("{\"why\": \"\xff\xfe\"}"),
	"deep":             []byte(`{"object":` + strings.Repeat(`[`, 200_000) + strings.Repeat(`]`, 200_000) + `}`),
	"deep and open":    []byte(strings.Repeat(`{"object":`, 200_000)),
	"a huge number":    []byte(`{"object": 1e999999}`),
	"another name":     []byte(`{"Object": "1"}`),
	"the sender's own": []byte(`{"By": "1", "As": "1", "Act": {"By": "1"}, "Via": "cli"}`),
}

func TestEveryCommandRefusesWhatIsNoCommand(t *testing.T) {
	v := newVillage(t)
	huge := []byte(`{"why": "` + strings.Repeat("x", 9<<20) + `"}`)
	for _, c := range api.Commands() {
		p := v.program(v.errands()[c.Name].by)
		p.get("/api/me").ok()
		for name, body := range broken {
			if r := p.refuses(func() *answer { return p.raw(c.Name, body) }); r.Error.Kind != "invalid" {
				t.Errorf("%s, %s: refused as %s", c.Name, name, r.Error.Kind)
			}
		}
		good, err := json.Marshal(v.errands()[c.Name].body)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset", "json"} {
			p.refuses(func() *answer { return p.send("POST", "/api/do/"+c.Name, kind, good) })
		}
		if r := p.refuses(func() *answer { return p.raw(c.Name, huge) }); r.Error.Kind != "too_large" {
			t.Errorf("%s: nine megabytes are refused as %s", c.Name, r.Error.Kind)
		}
	}
}

// wrong are values that cannot stand in a field of a type, by its name in the
// reference.
var wrong = map[string][]any{
	"text":                {1, true, []string{"x"}, fields{}, "with \x00 in it"},
	"number":              {"1", true, []int{1}, fields{}},
	"true or false":       {"true", 1, fields{}},
	"id (string)":         {"x", "-1", "1.5", "99999999999999999999", 17, true, fields{}, "' or 1=1"},
	"time (RFC 3339)":     {"yesterday", "2026-02-30T00:00:00Z", 17, fields{}},
	"list of text":        {"x", 1, fields{}, []int{1}, []string{"a\x00"}},
	"list of id (string)": {"1", 1, fields{}, []string{"x"}, []int{1}},
}

func TestEveryFieldOfEveryCommandRefusesAnotherTypeByName(t *testing.T) {
	v := newVillage(t)
	tried := 0
	for _, c := range api.Commands() {
		e := v.errands()[c.Name]
		p := v.program(e.by)
		p.get("/api/me").ok()
		for _, f := range c.Fields {
			values, known := wrong[f.Type]
			if !known {
				values = []any{"x", 1, true, []any{1}, fields{"nonsense": 1}}
			}
			for _, value := range values {
				tried++
				if r := p.refuses(func() *answer { return p.do(c.Name, e.body.with(f.Name, value)) }); !r.names(f.Name) {
					t.Errorf("%s: %v in %s is refused without naming it: %+v", c.Name, value, f.Name, r.Error)
				}
			}
		}
		r := p.refuses(func() *answer { return p.do(c.Name, e.body.with("colour", "green").with("size", 3)) })
		if !r.names("colour") || !r.names("size") {
			t.Errorf("%s: unknown fields are not named all at once: %+v", c.Name, r.Error)
		}
	}
	if tried < 400 {
		t.Errorf("only %d values were tried", tried)
	}
}

func TestCommandsWithoutTheirMainFieldsSayWhatIsMissing(t *testing.T) {
	v := newVillage(t)
	emptyIsFine := map[string]bool{"set_account": true, "set_profile": true, "new_invite": true, "dismiss": true}
	for _, c := range api.Commands() {
		if emptyIsFine[c.Name] {
			continue
		}
		p := v.program(v.errands()[c.Name].by)
		p.get("/api/me").ok()
		p.refuses(func() *answer { return p.do(c.Name, fields{}) })
	}
}

// TestForeignThingsCannotBeTouchedAndDoNotBetrayThatTheyExist tries every id
// of every command with things of others, and with things that are not there:
// what one may not see is answered as what is not there.
func TestForeignThingsCannotBeTouchedAndDoNotBetrayThatTheyExist(t *testing.T) {
	const missing = allmende.ID(4711)
	v := newVillage(t)
	private := v.secret
	for _, c := range api.Commands() {
		e := v.errands()[c.Name]
		switch c.Name {
		case "mark_read", "dismiss", "decide": // a position is a mere number, dismissing nothing is no fault, and moderators decide about what is private
			continue
		case "publish":
			e.body = e.body.with("kind", "Page").with("title", "Elsewhere")
		}
		p := v.program(e.by)
		p.get("/api/me").ok()
		for _, f := range c.Fields {
			for _, kind := range []struct {
				is   string
				wrap func(allmende.ID) any
			}{{"id (string)", func(id allmende.ID) any { return id }}, {"list of id (string)", func(id allmende.ID) any { return []allmende.ID{id} }}} {
				if f.Type != kind.is {
					continue
				}
				is := p.refuses(func() *answer { return p.do(c.Name, e.body.with(f.Name, kind.wrap(private))) })
				not := p.refuses(func() *answer { return p.do(c.Name, e.body.with(f.Name, kind.wrap(missing))) })
				if is.Error.Key != not.Error.Key || is.Error.Kind != not.Error.Kind {
					t.Errorf("%s: what is private is refused in %s as %q, what is not there as %q", c.Name, f.Name, is.Error.Key, not.Error.Key)
				}
			}
		}
	}
}

// hostile are texts that must neither break a command nor come out as script.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `[x](javascript:alert(1))`, `</title><script>`, `]]>`, `<svg/onload=alert(1)>`,
	"\u202e\u2066\u202etxt.exe", "'; drop table object; --", "%s%n{{.}}${7*7}", strings.Repeat("ä", 300_000), strings.Repeat("@ada ", 2000), strings.Repeat("[[", 5000),
	strings.Repeat(">", 5000), "\r\n\r\n", "\u0001\u0007\u001b[31m", "👩‍👩‍👧‍👦", "\ufffe\uffff", " ",
}

// without are fields that mean nothing where the errand gives them, so that
// they are not kept: a code that is not withdrawn, what a signed-in member need
// not say, tags and a slug that are cut.
var without = map[string]bool{"new_invite code": true, "report_to mail": true, "report_to lang": true, "publish tags": true, "edit tags": true,
	"publish slug": true, "edit slug": true}

func TestNoTextBreaksACommand(t *testing.T) {
	v := newVillage(t)
	for _, c := range api.Commands() {
		e := v.errands()[c.Name]
		p := v.program(e.by)
		for _, f := range c.Fields {
			for _, text := range hostile {
				var value any
				switch f.Type {
				case "text":
					value = text
				case "list of text":
					value = []string{text, text}
				default:
					continue
				}
				a := p.do(c.Name, e.body.with(f.Name, value))
				if a.status != http.StatusOK {
					a.refused()
				}
				if a.status == http.StatusOK && len(text) > 100_000 && !without[c.Name+" "+f.Name] {
					t.Errorf("%s takes %d bytes as %s", c.Name, len(text), f.Name)
				}
			}
		}
	}
	for _, path := range []string{"/api/public?limit=80", "/api/home?limit=80", "/api/actors/ada"} {
		body := v.program(v.ada).get(path).ok().body
		for _, script := range []string{"<script", "<img src=x", "javascript:", "<svg"} {
			for _, html := range htmlIn(t, body) {
				if strings.Contains(strings.ToLower(html), script) {
					t.Errorf("%s hands out %s: %s", path, script, html)
				}
			}
		}
	}
}

// htmlIn are the values of all fields that hold markup.
func htmlIn(t *testing.T, body []byte) []string {
	t.Helper()
	var out []string
	dec := json.NewDecoder(bytes.NewReader(body))
	for markup := false; dec.More() || dec.InputOffset() < int64(len(bytes.TrimSpace(body))); {
		token, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		s, isText := token.(string)
		if markup && isText {
			out = append(out, s)
		}
		markup = isText && (s == "html" || s == "bio_html")
	}
	return out
}

func TestRefusalsSpeakTheAskersLanguage(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.ada)
	for lang, want := range map[string]string{"de-AT,de;q=0.9,en;q=0.5": "Es gibt kein Feld „colour“.", "en": "There is no field “colour”.", "fr": "There is no field “colour”."} {
		p.lang = lang
		if r := p.do("publish", fields{"colour": "green"}).refused(); r.Error.Text != want || r.Error.Fields[0].Text != want {
			t.Errorf("%s: %+v", lang, r.Error)
		}
	}
	german := v.page(v.ben)
	german.do("set_account", fields{"lang": "de-formal"}).ok()
	german.lang = "en"
	if r := german.do("react", fields{"object": 4711, "kind": "like"}).refused(); r.Error.Fields[0].Name != "object" {
		t.Errorf("%+v", r.Error)
	}
	if r := german.do("react", fields{"object": "4711", "kind": "like"}).refused(); r.Error.Text != "Hier ist nichts, oder nichts, das Sie sehen dürfen." {
		t.Errorf("the account's language does not count: %s", r.Error.Text)
	}
}

func TestCommandsThatAreNotOfferedAreNotThere(t *testing.T) {
	v := newVillage(t)
	p := v.program(v.boss)
	p.get("/api/me").ok()
	offered := map[string]bool{}
	for _, c := range api.Commands() {
		offered[c.Name] = true
	}
	for name := range allmende.Commands {
		if !offered[name] {
			if r := p.refuses(func() *answer { return p.do(name, fields{}) }); r.Error.Key != "error.no_command" {
				t.Errorf("%s: %+v", name, r.Error)
			}
		}
	}
	p.refuses(func() *answer { return p.do("dance", fields{}) })
	p.refuses(func() *answer { return p.do("set_account", fields{"email": "boss@elsewhere.example"}) }) // asks for the password, so pages only
	p.send("GET", "/api/do/publish", "", nil).want(http.StatusMethodNotAllowed)
}
