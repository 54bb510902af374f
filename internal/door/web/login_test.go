package web_test

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"allmende/internal/auth"
	"allmende/internal/door/web/webtest"
)

func TestSigningInLeadsBackToPathsOfOurOwnOnly(t *testing.T) {
	h := webtest.New(t)
	h.Member("ada")
	for next, want := range map[string]string{"/saved": "/saved", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "": "/"} {
		b := h.Visitor()
		b.Open("/login?next=" + next)
		b.Submit("/login", "email", "ada", "password", webtest.Password).WantTo(want)
	}
	b := h.Visitor()
	b.Open("/login")
	b.Submit("/login", "email", "ada", "password", webtest.Password, "next", "https://evil.example/").WantTo("/")
}

func TestAWrongNameAndAWrongPasswordAreAnsweredAlike(t *testing.T) {
	h := webtest.New(t)
	h.Member("ada")
	wrong, nobody := h.Visitor(), h.Visitor()
	a := wrong.SignIn("ada", "not this one").Want(http.StatusUnprocessableEntity).Text("main")
	b := nobody.SignIn("nobody", "not this one").Want(http.StatusUnprocessableEntity).Text("main")
	if a != b {
		t.Errorf("%q, but %q", a, b)
	}
	if wrong.Last.Attr("input[name=email]", "value") != "ada" {
		t.Error("the name is gone")
	}
}

func TestTooManyAttemptsMustWait(t *testing.T) {
	h := webtest.New(t)
	h.Member("ada")
	b := h.Visitor()
	for range 10 {
		b.SignIn("ada", "not this one").Want(http.StatusUnprocessableEntity)
	}
	b.SignIn("ada", webtest.Password).Want(http.StatusUnprocessableEntity).WantText("Too many")
}

func TestSigningOutEndsTheSession(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	b, thief := h.Visitor(), h.Visitor()
	b.SignIn("ada", webtest.Password).WantTo("/")
	b.Follow()
	thief.Steal(b)
	b.Press("/logout").WantTo("/")
	if b.Cookie() != "" {
		t.Error("the cookie is still there")
	}
	thief.Get("/saved").WantTo("/login?next=%2Fsaved")
	if h.Count("session where account = $1", int64(ada.Account)) != 0 {
		t.Error("the session was not ended")
	}
}

func TestR9_OneTimeCodesAndRecoveryCodes(t *testing.T) {
	h := webtest.New(t)
	h.Member("ada")
	b := h.Visitor()
	b.SignIn("ada", webtest.Password)
	b.Open("/settings/security")
	b.Press("/settings/factor/begin").WantTo("/settings/factor")
	secret := b.Follow().Want(200).Text("main code")
	picture := b.Get("/settings/factor.png").Want(200)
	if _, err := png.Decode(bytes.NewReader([]byte(picture.Body))); err != nil || !strings.Contains(picture.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("the QR code: %v, %q", err, picture.Header.Get("Cache-Control"))
	}
	b.Open("/settings/factor")
	b.Submit("/settings/factor", "code", "000000").Want(http.StatusUnprocessableEntity)
	if again := b.Last.Text("main code"); again != secret {
		t.Errorf("after a wrong code the secret is another: %s, %s", secret, again)
	}
	now := func() string {
		c, err := totp.GenerateCode(secret, h.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	recovery := b.Submit("/settings/factor", "code", now()).Want(200).Texts(".codes li")
	if len(recovery) != 10 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	b.Get("/settings/factor.png").Want(http.StatusNotFound)

	phone := h.Visitor()
	phone.SignIn("ada", webtest.Password).Want(200)
	if phone.Cookie() != "" {
		t.Fatal("the password alone signs in")
	}
	phone.Submit("/login/code", "code", "123456").Want(http.StatusUnprocessableEntity)
	h.Pass(time.Minute)
	phone.Submit("/login/code", "code", now()).WantTo("/")
	phone.Open("/saved")

	lost := h.Visitor()
	lost.SignIn("ada", webtest.Password)
	lost.Post("/login/recovery", "ticket", lost.Last.Attr("input[name=ticket]", "value"), "next", "/saved").Want(200)
	lost.Submit("/login/code", "code", recovery[0]).WantTo("/saved")
	lost.Open("/settings/security").WantText("9 recovery codes are left")
	lost.Press("/settings/factor/drop")
	plain := h.Visitor()
	plain.SignIn("ada", webtest.Password).WantTo("/")
}

func TestR9_SessionsAreListedAndEnded(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	here, there := h.SignedIn(ada), h.SignedIn(ada)
	here.Open("/settings/security").WantText("This is the browser you are using")
	here.Press("/settings/security/end").WantTo("/settings/security")
	there.Get("/saved").WantTo("/login?next=%2Fsaved")
	here.Open("/saved")
}

func TestR9_DelicatePagesAskForThePasswordAgain(t *testing.T) {
	h := webtest.New(t)
	b := h.SignedIn(h.Member("ada"))
	b.Open("/settings/security")
	h.Pass(time.Hour)
	b.Get("/settings/security").WantTo("/settings/prove?next=%2Fsettings%2Fsecurity")
	b.Follow()
	b.Submit("/settings/prove", "password", "wrong").Want(http.StatusUnprocessableEntity)
	b.Submit("/settings/prove", "password", webtest.Password).WantTo("/settings/security")
	b.Follow().Want(200)
}

func TestAForgottenPasswordIsReplacedByTheMailsCode(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	old := h.SignedIn(ada)
	b := h.Visitor()
	link := "/password/" + code(t, h, ada.Account, auth.ResetPassword).Link
	b.Open(link)
	b.Submit(link, "new_password", "short").Want(http.StatusUnprocessableEntity)
	b.Submit(link, "new_password", goodPassword).WantTo("/login?said=password")
	b.Get(link).Want(http.StatusUnprocessableEntity)
	old.Get("/saved").WantTo("/login?next=%2Fsaved")
	b.SignIn("ada", goodPassword).WantTo("/")

	typed := h.Visitor()
	typed.Open("/forgotten")
	typed.Submit("/forgotten", "login", "ada")
	typed.Follow()
	typed.Submit("/forgotten/code", "code", "WRNG-CODE", "new_password", "another good one").Want(http.StatusUnprocessableEntity)
	typed.Submit("/forgotten/code", "code", code(t, h, ada.Account, auth.ResetPassword).Short, "new_password", "another good one").WantTo("/login?said=password")
}

func TestPasskeysAreAskedForWithoutACookie(t *testing.T) {
	h := webtest.New(t)
	b := h.Visitor()
	b.Header.Set("Accept", "application/json")
	p := b.Post("/login/passkey/begin").Want(200)
	if !strings.Contains(p.Body, `"challenge"`) || !strings.Contains(p.Body, `"rpId":"allmende.example"`) {
		t.Errorf("the browser gets %s", p.Body)
	}
	b.Header.Set("Accept", "application/json")
	b.Post("/login/passkey/finish", "credential", `{"id":"x","response":{"clientDataJSON":"e30"}}`).Want(http.StatusUnauthorized)
	if b.Cookie() != "" {
		t.Error("a made-up key signs in")
	}
}

func TestR9_SigningOutElsewhereIsOfferedWhereThereIsAnElsewhere(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	const end = "button[formaction=/settings/security/end-others]"
	b := h.SignedIn(ada)
	b.Open("/settings/security").WantHasNot(end)
	h.SignedIn(ada)
	b.Open("/settings/security").WantHas(end)
	b.Press("/settings/security/end-others").WantTo("/settings/security")
	b.Follow().WantHasNot(end)
}

func TestTheCodeForAnAppCanBeCopiedOrMarkedByHand(t *testing.T) {
	h := webtest.New(t)
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	h.Web.CodePage(w, r, "Tuba", "a<b-1")
	for _, want := range []string{`data-text="a&lt;b-1"`, `id="code">a&lt;b-1</code>`, "Code for Tuba", `type="button" hidden`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
