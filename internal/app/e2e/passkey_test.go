package e2e

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/config"
)

// authenticator gives the tab a device that can keep passkeys; it agrees to
// all that is asked, as a person would with a finger.
func (s *screen) authenticator() {
	s.t.Helper()
	s.do("a device for passkeys", func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		if _, err := cdp.Call(ctx, target, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return chromedp.Void{}, err
		}
		_, err := cdp.Call(ctx, target, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return chromedp.Void{}, err
	})
}

func TestR9_APasskeyIsMadeAndSignsIn(t *testing.T) {
	// Passkeys belong to a name; a bare address has none.
	r := apptest.Start(t, func(c *config.Config) { c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1) })
	ada := r.Member("ada", allmende.Member)
	s := newScreen(t, newBrowser(t), r.URL)
	s.authenticator()
	s.signIn(ada.Name, ada.Password)
	s.open("/settings/security")
	if name := value[string](s, `document.querySelector("#f-passkey").value`); name != "Chrome, Linux" {
		t.Errorf("the name proposed is %q", name)
	}
	s.do("making a passkey with the enter key", chromedp.SendKeys(chromedp.CSS("#f-passkey"), "\r"))
	s.until("the passkey is listed and said to be there", `document.querySelector("main .note")?.innerText.includes("The passkey is there") && !!document.querySelector("main a[href^='/settings/passkeys/name']")`)

	s.do("the same device again", chromedp.Click(chromedp.CSS("am-passkey button")))
	s.until("it is said that the device has one", `document.querySelector("am-passkey .wrong-note").innerText.includes("has a passkey for your account already") && !document.querySelector("am-passkey button").disabled`)

	s.do("signing out", chromedp.Evaluate[chromedp.Void](`void document.querySelector("button[formaction='/logout']").click()`))
	s.until("nobody is signed in", `!document.querySelector(".top .me")`)
	s.open("/login?next=/settings/security")
	s.do("signing in with the passkey", chromedp.Click(chromedp.CSS("am-passkey button")))
	s.until("the page asked for is open without the password", `location.pathname === "/settings/security" && !!document.querySelector("main a[href^='/settings/passkeys/name']")`)
}
