package auth

import (
	"net/netip"
	"testing"
	"time"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/live"
	"allmende/internal/store"
)

func TestASessionLivesUntilItEnds(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, s := h.start(ada)
	if got := must[Session](t)(h.Find(t.Context(), cookie)); got.ID != s.ID || got.Account != ada.ID || got.Actor != ada.Actor {
		t.Errorf("%+v", got)
	}
	for _, wrong := range []string{"", "x", s.ID, cookie + "x", cookie[:len(cookie)-1] + "~"} {
		_, err := h.Find(t.Context(), wrong)
		wantKey(t, err, "error.sign_in")
	}
	var n int
	if err := h.db.Read().QueryRow(t.Context(), `select count(*) from session where id = $1`, cookie).Scan(&n); err != nil || n != 0 {
		t.Error("the cookie itself is stored")
	}
	if err := h.End(t.Context(), ada.ID, s.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.Find(t.Context(), cookie)
	wantKey(t, err, "error.sign_in")
}

func TestSessionsRollAndRunOut(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, s := h.start(ada)
	h.at = h.at.Add(89 * 24 * time.Hour)
	got := must[Session](t)(h.Find(t.Context(), cookie))
	if !got.SeenAt.Equal(h.at) || !got.Expires.Equal(h.at.Add(SessionLife)) {
		t.Errorf("%+v", got)
	}
	h.at = h.at.Add(89 * 24 * time.Hour)
	must[Session](t)(h.Find(t.Context(), cookie))
	h.at = h.at.Add(SessionLife)
	_, err := h.Find(t.Context(), cookie)
	wantKey(t, err, "error.sign_in")
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, _ := h.Sessions(t.Context(), s.Account); len(left) != 0 {
		t.Error("what has run out is kept")
	}
}

func TestSessionsAreEndedElsewhere(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.member("ada"), h.member("bob")
	here, s := h.start(ada)
	there, _ := h.start(ada)
	other, bobs := h.start(bob)
	for _, c := range []string{here, there, other} {
		must[Session](t)(h.Find(t.Context(), c))
	}
	if err := h.End(t.Context(), ada.ID, bobs.ID); err != nil {
		t.Fatal(err)
	}
	if list := must[[]Session](t)(h.Sessions(t.Context(), ada.ID)); len(list) != 2 {
		t.Errorf("%d sessions listed", len(list))
	}
	if err := h.EndOthers(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	must[Session](t)(h.Find(t.Context(), here))
	must[Session](t)(h.Find(t.Context(), other)) // one ends one's own only
	_, err := h.Find(t.Context(), there)
	wantKey(t, err, "error.sign_in")

	// Core ends sessions in the database and tells of the account only.
	h.write(func(tx *db.Tx) error { return store.DeleteSessions(t.Context(), tx, ada.ID, "") })
	h.hub.Tell(live.News{Accounts: []allmende.ID{ada.ID}})
	_, err = h.Find(t.Context(), here)
	wantKey(t, err, "error.sign_in")
}

func TestKnownSessionsCostNoRead(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, s := h.start(ada)
	issued := must[Issued](t)(h.Issue(t.Context(), ada.ID, 0, "read"))
	must[Session](t)(h.Find(t.Context(), cookie))
	must[Token](t)(h.FindToken(t.Context(), issued.Secret))
	// Behind its back: whoever asks the database would notice.
	h.write(func(tx *db.Tx) error {
		if err := store.DeleteTokensOf(t.Context(), tx, ada.ID); err != nil {
			return err
		}
		return store.DeleteSession(t.Context(), tx, ada.ID, s.ID)
	})
	must[Session](t)(h.Find(t.Context(), cookie))
	must[Token](t)(h.FindToken(t.Context(), issued.Secret))
}

func TestWhoLooks(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	_, s := h.start(ada)
	cases := []struct {
		state     allmende.AccountState
		confirmed bool
		actor     allmende.ID
		key       string
	}{
		{allmende.AccountActive, true, ada.Actor, ""},
		{allmende.AccountActive, false, 0, ""},
		{allmende.AccountPending, true, 0, ""},
		{allmende.AccountSuspended, true, 0, ""},
		{allmende.AccountDeactivated, true, 0, ""},
		{allmende.AccountRejected, true, 0, "error.sign_in"},
		{allmende.AccountDeleted, true, 0, "error.sign_in"},
	}
	for _, c := range cases {
		ada.State, ada.Confirmed, ada.Rank = c.state, c.confirmed, allmende.Moderator
		h.set(ada)
		v, account, err := h.Viewer(t.Context(), s)
		if c.key != "" {
			wantKey(t, err, c.key)
			continue
		}
		if err != nil || account.State != c.state || v.Account != ada.ID || v.Actor != c.actor {
			t.Errorf("%s: %+v, %v", c.state, v, err)
		}
		if (v.Rank == allmende.Moderator) != (c.actor != 0) {
			t.Errorf("%s: rank %q", c.state, v.Rank)
		}
	}
}

func TestActingAsAnOrganisationEndsWithTheRole(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, s := h.start(ada)
	org := h.organisation("club", ada, allmende.RolePublisher)
	wantKey(t, h.Switch(t.Context(), s, 4711), "error.role")
	if err := h.Switch(t.Context(), s, org); err != nil {
		t.Fatal(err)
	}
	s = must[Session](t)(h.Find(t.Context(), cookie))
	v, _, err := h.Viewer(t.Context(), s)
	if err != nil || v.Actor != org || v.Role != allmende.RolePublisher {
		t.Errorf("%+v, %v", v, err)
	}
	if faces := must[[]allmende.ID](t)(h.Faces(t.Context(), ada.ID)); len(faces) != 2 || faces[0] != ada.Actor || faces[1] != org {
		t.Errorf("faces %v", faces)
	}
	token := must[Issued](t)(h.Issue(t.Context(), ada.ID, org, "read write"))
	h.write(func(tx *db.Tx) error { return store.SetRole(t.Context(), tx, ada.ID, org, "", h.at) })
	h.hub.Tell(live.News{Accounts: []allmende.ID{ada.ID}})
	if v, _, err = h.Viewer(t.Context(), s); err != nil || v.Actor != ada.Actor {
		t.Errorf("%+v, %v", v, err)
	}
	_, _, err = h.TokenViewer(t.Context(), token.Token)
	wantKey(t, err, "error.sign_in")
}

func TestFormsNeedTheirSessionsToken(t *testing.T) {
	h := newHouse(t)
	_, s := h.start(h.member("ada"))
	_, other := h.start(h.member("bob"))
	one, two := h.CSRF(s), h.CSRF(s)
	if one == two {
		t.Error("the token is not masked")
	}
	for _, good := range []string{one, two} {
		if err := h.CheckCSRF(s, good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "00", h.CSRF(other), s.CSRF, one[:len(one)-2] + "zz", one + "00"} {
		wantKey(t, h.CheckCSRF(s, bad), "error.csrf")
	}
}

func TestDangerousPagesWantAFreshSession(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, s := h.start(ada)
	if err := h.NeedFresh(s); err != nil {
		t.Error(err)
	}
	h.at = h.at.Add(FreshTime)
	wantKey(t, h.NeedFresh(s), "error.fresh")
	wantKey(t, h.Reprove(t.Context(), s, "wrong password", home), "error.sign_in_failed")
	if err := h.Reprove(t.Context(), s, goodPassword, home); err != nil {
		t.Fatal(err)
	}
	if s = must[Session](t)(h.Find(t.Context(), cookie)); !h.Fresh(s) {
		t.Error("not fresh after the password")
	}
}

func TestR6_AddressesAreShortenedAfterSevenDays(t *testing.T) {
	h := newHouse(t)
	ada := h.member("ada")
	cookie, _ := h.start(ada)
	h.at = h.at.Add(6 * 24 * time.Hour)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := must[Session](t)(h.Find(t.Context(), cookie)); s.Address != "192.0.2.77" {
		t.Errorf("address %q", s.Address)
	}
	h.at = h.at.Add(25 * time.Hour)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s := must[Session](t)(h.Find(t.Context(), cookie)); s.Address != "192.0.0.0/16" {
		t.Errorf("address %q", s.Address)
	}
	for long, want := range map[string]string{"2001:db8:1:2::3": "2001:db8:1::/48", "::ffff:192.0.2.1": "192.0.0.0/16", "fe80::1%eth0": "fe80::/48", "x": ""} {
		if got := shorten(long); got != want {
			t.Errorf("shorten(%q) = %q, want %q", long, got, want)
		}
		if _, err := netip.ParsePrefix(want); err != nil && want != "" {
			t.Error(err)
		}
	}
}
