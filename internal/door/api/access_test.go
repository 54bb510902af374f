package api_test

import (
	"net/http"
	"strconv"
	"testing"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/api"
	"allmende/internal/httpx"
)

func TestAProgramMayOnlyWhatItsTokenSays(t *testing.T) {
	v := newVillage(t)
	for _, c := range api.Commands() {
		e := v.errands()[c.Name]
		for _, scopes := range []string{"read admin:read", "push", "write:conversations"} {
			p := v.programAs(e.by, e.by.Actor, scopes)
			p.do(c.Name, e.body) // the token's first use is noted
			if r := p.refuses(func() *answer { return p.do(c.Name, e.body) }); r.Error.Key != "error.scope" {
				t.Errorf("%s with %q: %+v", c.Name, scopes, r.Error)
			}
		}
		if auth.Allows("read write follow push", c.Scope) {
			continue
		}
		p := v.programAs(e.by, e.by.Actor, "read write follow push")
		p.get("/api/me").ok()
		if r := p.refuses(func() *answer { return p.do(c.Name, e.body) }); r.Error.Key != "error.scope" {
			t.Errorf("%s without the admins' scope: %+v", c.Name, r.Error)
		}
	}
	writer := v.programAs(v.ada, v.ada.Actor, "write")
	for _, path := range []string{"/api/me", "/api/home", "/api/public", "/api/notifications", "/api/suggest?q=ad", "/api/o/" + v.note.String(), "/api/o/" + v.note.String() + "/context", "/api/stream?list=home"} {
		writer.get(path).because(http.StatusForbidden, "error.scope")
	}
}

func TestMembersCannotGiveTheStaffsCommandsWhateverTheirToken(t *testing.T) {
	v := newVillage(t)
	p, q := v.program(v.ada), v.program(v.mod)
	p.get("/api/me").ok()
	q.get("/api/me").ok()
	for _, verb := range []string{"decide", "admit", "set_rank", "new_invite", "set_site", "set_legal"} {
		if r := p.refuses(func() *answer { return p.do(verb, v.errands()[verb].body) }); r.Error.Key != "error.rank" {
			t.Errorf("%s by a member: %+v", verb, r.Error)
		}
	}
	for _, verb := range []string{"set_rank", "set_site", "set_legal"} {
		if r := q.refuses(func() *answer { return q.do(verb, v.errands()[verb].body) }); r.Error.Key != "error.rank" {
			t.Errorf("%s by a moderator: %+v", verb, r.Error)
		}
	}
}

func TestNobodyChangesAnythingWithoutSigningIn(t *testing.T) {
	v := newVillage(t)
	for _, c := range api.Commands() {
		for name, p := range map[string]*program{"nobody": v.nobody(), "a wrong token": {house: v.house, token: "0123456789012345678901234567890123456789"},
			"an old cookie": {house: v.house, cookie: "0123456789012345678901234567890123456789", csrf: "x"}} {
			if r := p.refuses(func() *answer { return p.do(c.Name, v.errands()[c.Name].body) }); r.Error.Kind != "sign_in" {
				t.Errorf("%s by %s: %+v", c.Name, name, r.Error)
			}
		}
	}
}

func TestAPageMustShowItsTokenToChangeSomething(t *testing.T) {
	v := newVillage(t)
	mine, other := v.page(v.ada), v.page(v.ben)
	mine.get("/api/me").ok().is("ada", "handle")
	body := fields{"source": "From a page"}
	good := mine.csrf
	for name, token := range map[string]string{"no token": "", "a wrong one": "x" + good, "another page's": other.csrf} {
		mine.csrf = token
		for _, path := range []string{"/api/do/publish", "/api/draft", "/api/preview"} {
			kind := map[string]string{"/api/do/publish": "application/json"}[path]
			if kind == "" {
				kind = "application/x-www-form-urlencoded"
			}
			if r := mine.refuses(func() *answer { return mine.send("POST", path, kind, []byte(`{"source": "From elsewhere"}`)) }); r.Error.Kind != "forbidden" {
				t.Errorf("%s with %s: %+v", path, name, r.Error)
			}
		}
	}
	mine.csrf = good
	mine.do("publish", body).ok()
	mine.send("POST", "/api/draft", "application/x-www-form-urlencoded", []byte("text=Half+a+thought")).ok()
	mine.send("POST", "/api/preview", "application/x-www-form-urlencoded", []byte("text=**bold**&kind=note")).ok().is("<p><strong>bold</strong></p>\n", "html")
}

func TestWhoIsSuspendedWaitsOrIsAwayHearsWhyNot(t *testing.T) {
	v := newVillage(t)
	token, page, waiting := v.program(v.cleo), v.page(v.cleo), v.page(v.waiting)
	v.Do(&allmende.Decide{Act: v.mod.Act(), Actor: v.cleo.Actor, Kind: allmende.DecideSuspend, Reason: "Spam"})
	token.get("/api/me").because(http.StatusUnauthorized, "error.sign_in")
	for key, p := range map[string]*program{"error.account_suspended": token, "error.account_pending": waiting} {
		for _, c := range api.Commands() {
			if r := p.refuses(func() *answer { return p.do(c.Name, v.errands()[c.Name].body) }); r.Error.Key != key {
				t.Errorf("%s: %+v, want %s", c.Name, r.Error, key)
			}
		}
	}
	page.do("publish", fields{"source": "Still here?"}).because(http.StatusForbidden, "error.account_suspended")
	for _, path := range []string{"/api/me", "/api/notifications", "/api/stream?list=home"} {
		token.get(path).because(http.StatusUnauthorized, "error.sign_in")
	}
	token.get("/api/o/"+v.secret.String()).because(http.StatusNotFound, "error.object_not_found")
	v.nobody().get("/api/actors/cleo").because(http.StatusNotFound, "error.actor_not_found")
}

func TestARoleInAnOrganisationSaysWhatAProgramMayDoAsIt(t *testing.T) {
	v := newVillage(t)
	give := func(role allmende.Role) {
		v.Do(&allmende.SetRole{Act: v.ada.Act(), Actor: v.org, Member: v.ben.Actor, Role: role})
	}
	if _, err := v.auth.Issue(t.Context(), v.ben.Account, v.org, "write"); !allmende.IsKind(err, allmende.Forbidden) {
		t.Fatalf("a token to act as an organisation without a role in it: %v", err)
	}
	give(allmende.RoleAnalyst)
	p := v.programAs(v.ben, v.org, "read write follow")
	p.get("/api/me").ok().is("verein", "handle")
	news, reply := fields{"source": "Our news"}, fields{"source": "Thank you", "reply_to": v.note}
	for _, try := range []struct {
		role allmende.Role
		may  []fields
		not  []fields
	}{{allmende.RoleAnalyst, nil, []fields{news, reply}}, {allmende.RoleAnswerer, []fields{reply}, []fields{news}}, {allmende.RolePublisher, []fields{news, reply}, nil}} {
		give(try.role)
		p.get("/api/me").ok()
		for _, body := range try.not {
			if r := p.refuses(func() *answer { return p.do("publish", body) }); r.Error.Key != "error.role" {
				t.Errorf("%s: %+v", try.role, r.Error)
			}
		}
		for _, body := range try.may {
			if got := v.Object(p.do("publish", body).ok().id("object")).Owner; got != v.org {
				t.Errorf("%s published as %s", try.role, got)
			}
		}
	}
	p.do("set_role", fields{"actor": v.org, "member": v.cleo.Actor, "role": "owner"}).because(http.StatusForbidden, "error.role")
	p.do("publish", fields{"source": "In a strange wiki", "kind": "Page", "title": "Ours", "place": v.ada.Actor}).because(http.StatusUnprocessableEntity, "error.place")
	v.Do(&allmende.SetRole{Act: v.ada.Act(), Actor: v.org, Member: v.ben.Actor, Off: true})
	p.do("publish", news).because(http.StatusUnauthorized, "error.sign_in")
	p.get("/api/home").because(http.StatusUnauthorized, "error.sign_in")
}

func TestWhoAsksTooOftenIsToldWhenToComeAgain(t *testing.T) {
	v := newVillage(t, func(d *api.Deps) { d.Writes, d.Reads = httpx.NewLimiter(6), httpx.NewLimiter(20) })
	ada, ben := v.program(v.ada), v.program(v.ben)
	for range 3 {
		ada.do("follow_tag", fields{"tag": "pond"}).ok()
	}
	before := v.stored()
	a := ada.do("follow_tag", fields{"tag": "late"})
	a.because(http.StatusTooManyRequests, "http.too_many")
	if wait, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || wait < 1 || wait > 60 {
		t.Errorf("Retry-After is %q", a.header.Get("Retry-After"))
	}
	if v.stored() != before {
		t.Error("a refused request changed something")
	}
	ada.get("/api/me").ok() // reading is counted apart
	ben.do("follow_tag", fields{"tag": "pond"}).ok()
	for range 9 {
		ada.get("/api/me").ok()
	}
	ada.get("/api/me").because(http.StatusTooManyRequests, "http.too_many")
}
