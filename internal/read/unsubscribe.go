package read

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"allmende"
	"allmende/internal/store"
)

// UnsubscribeSecret is the site value with which unsubscribe tokens are made;
// the mail outlet makes it with the first mail that carries one.
const UnsubscribeSecret = "unsubscribe_secret"

// UnsubscribeToken stands in the one-click links (RFC 8058) of notification
// mails. It ends no more than those mails, and holds as long as there may be
// mails in boxes, that is for ever.
func UnsubscribeToken(secret string, account allmende.ID) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("unsubscribe " + account.String()))
	return account.String() + "." + hex.EncodeToString(mac.Sum(nil)[:16])
}

// Unsubscribes tells whose notification mails a token ends; NotFound when it
// was not made here.
func (r *Reader) Unsubscribes(ctx context.Context, token string) (allmende.ID, error) {
	unknown := allmende.E(allmende.NotFound, "error.unsubscribe_token")
	name, _, _ := strings.Cut(token, ".")
	account, err := allmende.ParseID(name)
	if err != nil {
		return 0, unknown
	}
	secret, err := store.SiteValue(ctx, r.db.Read(), UnsubscribeSecret)
	if err != nil {
		return 0, err
	}
	if secret == "" || !hmac.Equal([]byte(token), []byte(UnsubscribeToken(secret, account))) {
		return 0, unknown
	}
	return account, nil
}
