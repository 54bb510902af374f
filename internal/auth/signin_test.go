package auth

import (
	"context"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"

	"github.com/pquerna/otp/totp"
)

func contextThatEnds(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}

const home = "192.0.2.77"

func TestR9_SignInByNameHandleOrMail(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	for _, login := range []string{"ada", "@ada", "ADA", "ada@allmende.example", "Ada@Example.org", " ada "} {
		p, err := h.SignIn(t.Context(), login, goodPassword, home)
		if err != nil || p != (Proof{Account: ada.ID}) {
			t.Errorf("%q: %+v, %v", login, p, err)
		}
	}
	for _, login := range []string{"", "eve", "ada@elsewhere.example", "eve@"} {
		_, err := h.SignIn(t.Context(), login, goodPassword, home)
		wantKey(t, err, "error.sign_in_failed")
	}
	_, err := h.SignIn(t.Context(), "ada", "wrong password", home)
	wantKey(t, err, "error.sign_in_failed")
}

func TestOnlyTheLivingSignIn(t *testing.T) {
	h := newHouse(t)
	for state, ok := range map[allmende.AccountState]bool{allmende.AccountPending: true, allmende.AccountSuspended: true,
		allmende.AccountDeactivated: true, allmende.AccountDeleted: false, allmende.AccountRejected: false} {
		a := h.member("m" + string(state))
		a.State = state
		h.set(a)
		p, err := h.SignIn(t.Context(), "m"+string(state), goodPassword, home)
		if (err == nil) != ok || p.Asleep != (state == allmende.AccountDeactivated) {
			t.Errorf("%s: %+v, %v", state, p, err)
		}
	}
}

func TestGuessingIsStoppedPerAccountAndAddress(t *testing.T) {
	h := newHouse(t)
	h.member("ada")
	guess := func(login, address string) error {
		_, err := h.SignIn(t.Context(), login, "wrong password", address)
		return err
	}
	for _, login := range []string{"ada", "nobody"} {
		for range 5 {
			wantKey(t, guess(login, home), "error.sign_in_failed")
		}
		wantKey(t, guess(login, home), "error.sign_in_often")
	}
	_, err := h.SignIn(t.Context(), "ada", goodPassword, home)
	wantKey(t, err, "error.sign_in_often")
	if _, err = h.SignIn(t.Context(), "ada", goodPassword, "198.51.100.3"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	h.at = h.at.Add(attemptTime)
	if _, err = h.SignIn(t.Context(), "ada", goodPassword, home); err != nil {
		t.Errorf("after a quarter of an hour: %v", err)
	}
}

func TestGuessingFromManyAddressesIsStoppedToo(t *testing.T) {
	l := newAttempts(5)
	now := time.Unix(1000, 0)
	refused := 0
	for i := range 60 {
		if l.begin("ada", time.Duration(i).String(), now) != nil {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("%d of 60 attempts on one account refused, want all after 50", refused)
	}
	for i := range 200 {
		l.begin(time.Duration(i).String(), "one address", now)
	}
	if l.begin("somebody else", "one address", now) == nil {
		t.Error("one address may try any number of accounts")
	}
	if newAttempts(0).begin("ada", "x", now) != nil {
		t.Error("no limit, yet refused")
	}
}

func TestSuccessForgivesEarlierFailures(t *testing.T) {
	h := newHouse(t)
	h.member("ada")
	for range 4 {
		h.SignIn(t.Context(), "ada", "wrong password", home)
	}
	if _, err := h.SignIn(t.Context(), "ada", goodPassword, home); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		_, err := h.SignIn(t.Context(), "ada", "wrong password", home)
		wantKey(t, err, "error.sign_in_failed")
	}
}

// withFactor sets up one-time codes and gives the secret and the recovery codes.
func withFactor(t *testing.T, h *house, a *allmende.Account) (string, []string) {
	t.Helper()
	f := must[NewFactor](t)(h.BeginFactor(t.Context(), a.ID))
	if len(f.PNG) == 0 || f.URL == "" {
		t.Error("nothing to scan")
	}
	code := must[string](t)(totp.GenerateCode(f.Secret, h.at))
	_, err := h.ActivateFactor(t.Context(), a.ID, "000000")
	if code == "000000" {
		t.Skip("the one code in a million")
	}
	wantKey(t, err, "error.code_wrong")
	if has, _, _ := h.HasFactor(t.Context(), a.ID); has {
		t.Error("counts before a code was shown")
	}
	return f.Secret, must[[]string](t)(h.ActivateFactor(t.Context(), a.ID, code))
}

func TestR9_OneTimeCodesWorkOnce(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	key, _ := withFactor(t, h, ada)
	_, err := h.BeginFactor(t.Context(), ada.ID)
	wantKey(t, err, "error.factor_there")
	used := must[string](t)(totp.GenerateCode(key, h.at))

	signIn := func() string {
		t.Helper()
		p := must[Proof](t)(h.SignIn(t.Context(), "ada", goodPassword, home))
		if p.Ticket == "" {
			t.Fatal("no second factor asked for")
		}
		return p.Ticket
	}
	_, err = h.SecondFactor(t.Context(), signIn(), used, home)
	wantKey(t, err, "error.code_wrong") // it activated the factor
	h.at = h.at.Add(time.Minute)
	code := must[string](t)(totp.GenerateCode(key, h.at.Add(-25*time.Second))) // a slow clock
	ticket := signIn()
	if p, err := h.SecondFactor(t.Context(), ticket, code[:3]+" "+code[3:], home); err != nil || p.Account != ada.ID {
		t.Errorf("%+v, %v", p, err)
	}
	_, err = h.SecondFactor(t.Context(), ticket, code, home)
	wantKey(t, err, "error.ticket_void")
	_, err = h.SecondFactor(t.Context(), signIn(), code, home)
	wantKey(t, err, "error.code_wrong")
	old := signIn()
	h.at = h.at.Add(ceremonyLife + time.Second)
	_, err = h.SecondFactor(t.Context(), old, must[string](t)(totp.GenerateCode(key, h.at)), home)
	wantKey(t, err, "error.ticket_void")
	_, err = h.SecondFactor(t.Context(), signIn(), must[string](t)(totp.GenerateCode(key, h.at.Add(-2*time.Minute))), home)
	wantKey(t, err, "error.code_wrong")
}

func TestR9_RecoveryCodesWorkOnceEach(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, codes := withFactor(t, h, ada)
	if len(codes) != 10 {
		t.Fatalf("%d codes", len(codes))
	}
	ticket := func() string { return must[Proof](t)(h.SignIn(t.Context(), "ada", goodPassword, home)).Ticket }
	must[Proof](t)(h.SecondFactor(t.Context(), ticket(), " "+codes[3]+" ", home))
	_, err := h.SecondFactor(t.Context(), ticket(), codes[3], home)
	wantKey(t, err, "error.code_wrong")
	if _, left, _ := h.HasFactor(t.Context(), ada.ID); left != 9 {
		t.Errorf("%d left", left)
	}
	fresh := must[[]string](t)(h.NewRecovery(t.Context(), ada.ID))
	_, err = h.SecondFactor(t.Context(), ticket(), codes[4], home)
	wantKey(t, err, "error.code_wrong")
	must[Proof](t)(h.SecondFactor(t.Context(), ticket(), fresh[0], home))
	for range 6 {
		_, err = h.SecondFactor(t.Context(), ticket(), "aaaa-bbbb-cccc-dddd", home)
	}
	wantKey(t, err, "error.sign_in_often")
	if err := h.DropFactor(t.Context(), ada.ID); err != nil || ticket() != "" {
		t.Errorf("the factor is still asked for: %v", err)
	}
}

func TestMailCodesWorkOnceForTheirPurposeAndAddress(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	mint := func(p Purpose) Code { t.Helper(); return must[Code](t)(h.MintCode(t.Context(), ada.ID, p)) }
	_, err := h.MintCode(t.Context(), ada.ID, ConfirmMail)
	wantKey(t, err, "error.code_void") // confirmed long ago

	c := mint(ResetPassword)
	if c.To != "ada@example.org" || !c.Expires.Equal(h.at.Add(time.Hour)) {
		t.Errorf("%+v", c)
	}
	_, err = h.TakeLink(t.Context(), ChangeMail, c.Link)
	wantKey(t, err, "error.code_void")
	for range 2 { // looking does not use it up
		if id := must[allmende.ID](t)(h.CheckLink(t.Context(), ResetPassword, c.Link)); id != ada.ID {
			t.Errorf("whose? %s", id)
		}
	}
	second := mint(ResetPassword)
	if id := must[allmende.ID](t)(h.TakeLink(t.Context(), ResetPassword, c.Link)); id != ada.ID {
		t.Errorf("whose? %s", id)
	}
	_, err = h.TakeLink(t.Context(), ResetPassword, c.Link)
	wantKey(t, err, "error.code_void")
	_, err = h.TakeShort(t.Context(), ResetPassword, "ada", second.Short, home)
	wantKey(t, err, "error.code_void") // all codes of the purpose went with the first

	c = mint(ResetPassword)
	if id := must[allmende.ID](t)(h.TakeShort(t.Context(), ResetPassword, "ada@example.org", " "+c.Short[:4]+c.Short[5:]+" ", home)); id != ada.ID {
		t.Errorf("whose? %s", id)
	}
	c = mint(ResetPassword)
	h.at = h.at.Add(time.Hour)
	_, err = h.TakeLink(t.Context(), ResetPassword, c.Link)
	wantKey(t, err, "error.code_void")

	ada.EmailNew = "new@example.org"
	h.set(ada)
	c = mint(ChangeMail)
	ada.EmailNew = "other@example.org"
	h.set(ada)
	_, err = h.TakeLink(t.Context(), ChangeMail, c.Link)
	wantKey(t, err, "error.code_void") // it was made for another address
}

func TestTypedCodesCannotBeGuessed(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	c := must[Code](t)(h.MintCode(t.Context(), ada.ID, ResetPassword))
	for range 5 {
		_, err := h.TakeShort(t.Context(), ResetPassword, "ada", "2222-2222", home)
		wantKey(t, err, "error.code_void")
	}
	_, err := h.TakeShort(t.Context(), ResetPassword, "ada", c.Short, home)
	wantKey(t, err, "error.sign_in_often")
}

func TestForgottenPasswordTellsNobodyWhoIsHere(t *testing.T) {
	h := newHouse(t)
	h.member("ada")
	for _, login := range []string{"nobody", "nobody@example.org", "", "ada"} {
		if err := h.AskCode(t.Context(), ResetPassword, login); err != nil {
			t.Errorf("%q: %v", login, err)
		}
	}
	var n int
	var data string
	if err := h.db.Read().QueryRow(t.Context(), `select count(*), min(data) from job where outlet = 'mail'`).Scan(&n, &data); err != nil || n != 1 {
		t.Errorf("%d mails, %v", n, err)
	}
	if data == "" || len(data) > 120 {
		t.Errorf("letter %q", data)
	}
	for range 10 { // each time the mail was sent
		h.write(func(tx *db.Tx) error {
			return store.DropJob(t.Context(), tx, "mail", "password:"+lookupID(t, h, "ada"))
		})
		if err := h.AskCode(t.Context(), ResetPassword, "ada"); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.db.Read().QueryRow(t.Context(), `select count(*) from job where outlet = 'mail'`).Scan(&n); err != nil || n != 0 {
		t.Errorf("an eleventh mail is sent: %d, %v", n, err)
	}
}

func lookupID(t *testing.T, h *house, login string) string {
	t.Helper()
	a, err := h.lookup(t.Context(), login)
	if err != nil || a == nil {
		t.Fatalf("%s: %v", login, err)
	}
	return a.ID.String()
}
