package web_test

import (
	"net/http"
	"testing"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/web/webtest"
)

// Whoever sets a new password because somebody else knew the old one is rid of
// them: of their apps, and of an address that they wanted the account to have.
func TestANewPasswordShutsOutWhoHadTheOldOne(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	app, err := h.Auth.Issue(t.Context(), ada.Account, ada.Actor, "read write")
	if err != nil {
		t.Fatal(err)
	}
	theirs := "thief@example.net"
	h.Do(&allmende.SetAccount{Act: ada.Act(), Email: &theirs})
	change := "/change/" + code(t, h, ada.Account, auth.ChangeMail).Link
	link := "/password/" + code(t, h, ada.Account, auth.ResetPassword).Link
	b := h.Visitor()
	b.Open(link)
	b.Submit(link, "new_password", goodPassword).WantTo("/login?said=password")
	if _, err := h.Auth.FindToken(t.Context(), app.Secret); !allmende.IsKind(err, allmende.SignIn) {
		t.Errorf("the app is still let in: %v", err)
	}
	b.Post(change).Want(http.StatusUnprocessableEntity)
	if a := h.Account(ada.Account); a.Email == theirs || a.EmailNew != "" {
		t.Errorf("the account's address is %s, and waits for %q", a.Email, a.EmailNew)
	}
}
