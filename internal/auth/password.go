package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"allmende"
	"allmende/internal/text"

	"golang.org/x/crypto/argon2"
)

// Cost of a password's hash: 19 MiB, two passes, one thread (the OWASP cheat
// sheet's first recommendation for Argon2id).
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16
)

// What a password must be.
const (
	MinPassword = 10   // characters
	MaxPassword = 1000 // bytes
)

// hasher bounds how many passwords are hashed at once: each takes 19 MiB and
// some 30 ms of a processor.
type hasher struct{ slots chan struct{} }

func newHasher() hasher { return hasher{slots: make(chan struct{}, max(2, runtime.NumCPU()))} }

func (h hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return allmende.E(allmende.Unavailable, "error.busy").Because(ctx.Err())
	}
}

func (h hasher) leave() { <-h.slots }

// hash writes a PHC string: algorithm, cost, salt and hash.
func (h hasher) hash(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

// Hash makes what is stored of a password. It waits for its turn.
func (a *Auth) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > MaxPassword {
		return "", allmende.Wrong("password", "error.password_long", "max", MaxPassword)
	}
	if err := a.hasher.enter(ctx); err != nil {
		return "", err
	}
	defer a.hasher.leave()
	return a.hasher.hash(password), nil
}

// Verify tells whether a password belongs to a stored hash. An empty or broken
// hash belongs to none, and takes as long to say so.
func (a *Auth) Verify(ctx context.Context, phc, password string) (bool, error) {
	if len(password) > MaxPassword {
		return false, nil
	}
	if err := a.hasher.enter(ctx); err != nil {
		return false, err
	}
	defer a.hasher.leave()
	p, err := parsePHC(phc)
	if err != nil {
		p, _ = parsePHC(a.dummy())
		p.key = make([]byte, argonKey) // no password has it
	}
	got := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(got, p.key) == 1, nil
}

type phc struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

func parsePHC(s string) (phc, error) {
	var p phc
	bad := fmt.Errorf("auth: not an argon2id hash")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, bad
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, bad
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.key) < 16 || len(p.key) > 64 {
		return p, bad
	}
	if p.memory < 8 || p.memory > 1<<20 || p.passes < 1 || p.passes > 64 || p.threads < 1 {
		return p, bad
	}
	return p, nil
}

// CheckPassword tells what is wrong with a new password: too short, the
// person's own name or address, or one that everybody tries first.
func CheckPassword(password, name, mail string) error {
	plain := text.Fold(strings.TrimSpace(password))
	local, _, _ := strings.Cut(mail, "@")
	switch {
	case password == "":
		return allmende.Wrong("password", "error.password_empty")
	case len([]rune(password)) < MinPassword:
		return allmende.Wrong("password", "error.password_short", "min", MinPassword)
	case len(password) > MaxPassword:
		return allmende.Wrong("password", "error.password_long", "max", MaxPassword)
	case like(plain, name) || like(plain, mail) || like(plain, local):
		return allmende.Wrong("password", "error.password_like_name")
	case common(plain):
		return allmende.Wrong("password", "error.password_common")
	}
	return nil
}

// like tells whether a password is a name, forwards or repeated.
func like(password, name string) bool {
	name = text.Fold(name)
	return name != "" && strings.ReplaceAll(password, name, "") == ""
}

// common tells whether a password is one of the first that anybody tries: a
// known one, one of those with digits or signs behind, one sign or pair over
// and over, or a run along the keyboard.
func common(plain string) bool {
	for _, run := range keyboardRuns {
		if strings.Contains(run, plain) {
			return true
		}
	}
	for n := 1; n <= 3 && n < len(plain); n++ {
		if strings.Repeat(plain[:n], len(plain)/n+1)[:len(plain)] == plain {
			return true
		}
	}
	word := strings.Trim(plain, "0123456789!?.,-_+*#$@ ")
	for _, bad := range worstPasswords {
		if plain == bad || word == bad || word == bad+bad {
			return true
		}
	}
	return false
}

var keyboardRuns = []string{
	"01234567890123456789", "98765432109876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba",
	"qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1qaz2wsx3edc4rfv5tgb6zhn", "1qaz2wsx3edc4rfv5tgb6yhn",
	"q1w2e3r4t5z6u7i8o9p0", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p", "1q2w3e4r5t6z7u8i9o0p",
}

// worstPasswords are words that stand alone, or with digits behind, at the top
// of every list of stolen passwords; folded.
var worstPasswords = []string{
	"password", "passwort", "passw0rd", "p@ssword", "p@ssw0rd", "kennwort", "geheim", "geheimnis", "secret", "letmein",
	"welcome", "willkommen", "hallo", "hallohallo", "hello", "admin", "administrator", "root", "test", "testtest", "qwerty",
	"qwertz", "qwertyuiop", "qwertzuiop", "asdfasdf", "asdfgh", "iloveyou", "ichliebedich", "schatz", "sonnenschein", "sunshine",
	"princess", "prinzessin", "dragon", "monkey", "football", "fussball", "baseball", "superman", "batman", "master", "shadow",
	"michael", "thomas", "sommer", "winter", "fruhling", "herbst", "summer", "changeme", "default", "allmende", "mastodon",
	"wordpress", "internet", "computer", "whatever", "trustno", "starwars", "pokemon", "abc", "abcabc", "login", "access",
	"loveme", "bailey", "charlie", "jordan", "liverpool", "chelsea", "arsenal", "bayern", "schalke", "dortmund", "freedom",
	"ficken", "fuckyou", "asdfghjkl", "zxcvbnm", "yxcvbnm", "blabla", "blablabla", "nothing", "nichts", "egal", "passwort1",
}
