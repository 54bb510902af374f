package auth

import (
	"context"
	"crypto/subtle"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/store"
)

// setupCode is the site value that holds the digest of the code for the set-up.
const setupCode = "setup_code"

// SetupCode makes the one-time code with which the first admin sets the
// community up; the one before no longer holds. It is empty when the set-up has
// ended.
func (a *Auth) SetupCode(ctx context.Context) (string, error) {
	site, err := store.SiteOf(ctx, a.db.Read())
	if err != nil || site.Ready {
		return "", err
	}
	code := allmende.Secret(24)
	err = a.db.Write(ctx, func(tx *db.Tx) error { return store.SetSiteValue(ctx, tx, setupCode, digest(code)) })
	return code, err
}

// CheckSetup is nil when the code is the one for the set-up. When that has
// ended it is Gone, whatever the code.
func (a *Auth) CheckSetup(ctx context.Context, code string) error {
	site, err := store.SiteOf(ctx, a.db.Read())
	if err != nil {
		return err
	}
	if site.Ready {
		return allmende.E(allmende.Gone, "error.setup_done")
	}
	want, err := store.SiteValue(ctx, a.db.Read(), setupCode)
	if err != nil {
		return err
	}
	if want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(digest(code))) != 1 {
		return allmende.E(allmende.NotFound, "error.setup_code")
	}
	return nil
}
