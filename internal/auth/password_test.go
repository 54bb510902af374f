package auth

import (
	"strings"
	"testing"
)

func TestAPasswordOpensOnlyItsOwnHash(t *testing.T) {
	h := newHouse(t)
	one := must[string](t)(h.Hash(t.Context(), goodPassword))
	two := must[string](t)(h.Hash(t.Context(), goodPassword))
	if one == two {
		t.Error("two hashes of one password are equal: no salt")
	}
	if !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(one, goodPassword) {
		t.Errorf("hash %q", one)
	}
	for password, want := range map[string]bool{goodPassword: true, goodPassword + " ": false, "": false, "Rainy Tuesday soup": false} {
		if got := must[bool](t)(h.Verify(t.Context(), one, password)); got != want {
			t.Errorf("Verify(%q) = %v", password, got)
		}
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$$", strings.Replace(one, "m=19456", "m=99999999", 1), strings.Replace(one, "argon2id", "argon2i", 1)} {
		if must[bool](t)(h.Verify(t.Context(), broken, goodPassword)) || must[bool](t)(h.Verify(t.Context(), broken, "")) {
			t.Errorf("the broken hash %q opens", broken)
		}
	}
	if _, err := h.Hash(t.Context(), strings.Repeat("x", MaxPassword+1)); err == nil {
		t.Error("an endless password is hashed")
	}
}

func TestHashingWaitsItsTurnAndGivesUp(t *testing.T) {
	h := newHouse(t)
	for range cap(h.hasher.slots) {
		h.hasher.slots <- struct{}{}
	}
	ctx, cancel := contextThatEnds(t)
	cancel()
	if _, err := h.Hash(ctx, goodPassword); err == nil {
		t.Fatal("hashed although every slot is taken")
	} else {
		wantKey(t, err, "error.busy")
	}
	<-h.hasher.slots
	if _, err := h.Hash(t.Context(), goodPassword); err != nil {
		t.Error(err)
	}
}

func TestBadPasswordsAreToldWhy(t *testing.T) {
	cases := map[string]string{
		"":                         "error.password_empty",
		"short":                    "error.password_short",
		"äöüäöüäöü":                "error.password_short",
		strings.Repeat("ab1", 400): "error.password_long",
		"GaertnerinAda":            "error.password_like_name",
		"ada.garden@example.org":   "error.password_like_name",
		"1234567890":               "error.password_common",
		"qwertzuiop":               "error.password_common",
		"Passwort2026!":            "error.password_common",
		"passwordpassword":         "error.password_common",
		"aaaaaaaaaaaa":             "error.password_common",
		"abababababab":             "error.password_common",
	}
	for password, want := range cases {
		if err := CheckPassword(password, "GaertnerinAda", "ada.garden@example.org"); err == nil {
			t.Errorf("%q passes, want %s", password, want)
		} else {
			wantKey(t, err, want)
		}
	}
	for _, good := range []string{goodPassword, "correct horse battery", "Zwölf Äpfel im Korb", "ada liebt rote Rosen"} {
		if err := CheckPassword(good, "ada", "ada@example.org"); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
