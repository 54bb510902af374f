package webtest_test

import (
	"net/http"
	"testing"

	"allmende/internal/door/web/webtest"
)

func TestAMemberSeesTheirOwnHomeAndAVisitorTheFrontPage(t *testing.T) {
	h := webtest.New(t)
	ada := h.Member("ada")
	h.SignedIn(ada).Open("/").WantHas("form[action=/write]", "a[href=/@ada]")
	front := h.Visitor().Open("/")
	if front.Has("form[action=/write]") || !front.Has("a[href=/login]") {
		t.Error("a visitor does not see the front page")
	}
}

func TestFormsAreSentAsTheyStandOnThePage(t *testing.T) {
	h := webtest.New(t)
	ada := h.SignedIn(h.Member("ada"))
	ada.Open("/")
	to := ada.Submit("/write", "text", "The river is high today.").Want(http.StatusSeeOther).Location
	ada.Open(to).WantText("The river is high today.")
	ada.Open("/")
	ada.Post("/write", "csrf", "wrong", "text", "No").Want(http.StatusForbidden)
	ada.Open("/")
	ada.Header.Set("Origin", "https://evil.example")
	ada.Header.Set("Sec-Fetch-Site", "cross-site")
	ada.Submit("/write", "text", "No").Want(http.StatusForbidden)
}
