package auth

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"
	"time"

	"allmende"

	"github.com/fxamacker/cbor/v2"
)

// device is an authenticator in software: one key, its counter, and what it
// was told about whose key it is.
type device struct {
	t      *testing.T
	key    *ecdsa.PrivateKey
	id     []byte
	handle []byte
	count  uint32
	origin string
	flags  byte // user present, user verified
}

func newDevice(t *testing.T) *device {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	rand.Read(id)
	return &device{t: t, key: key, id: id, origin: "https://allmende.example", flags: 0x01 | 0x04}
}

var b64 = base64.RawURLEncoding

// asked are the parts of the options that a device looks at.
type asked struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
		ExcludeCredentials []struct {
			ID string `json:"id"`
		} `json:"excludeCredentials"`
	} `json:"publicKey"`
}

func (d *device) read(options []byte) asked {
	d.t.Helper()
	var o asked
	if err := json.Unmarshal(options, &o); err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *device) client(kind, challenge string) []byte {
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	return b
}

func (d *device) authData(rp string, flags byte, more []byte) []byte {
	sum := sha256.Sum256([]byte(rp))
	out := append(sum[:], flags)
	out = binary.BigEndian.AppendUint32(out, d.count)
	return append(out, more...)
}

// create answers navigator.credentials.create.
func (d *device) create(options []byte) []byte {
	d.t.Helper()
	o := d.read(options)
	d.handle, _ = b64.DecodeString(o.PublicKey.User.ID)
	point, err := d.key.PublicKey.Bytes()
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:65]})
	if err != nil {
		d.t.Fatal(err)
	}
	var made bytes.Buffer
	made.Write(make([]byte, 16)) // no AAGUID
	binary.Write(&made, binary.BigEndian, uint16(len(d.id)))
	made.Write(d.id)
	made.Write(key)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.authData(o.PublicKey.RP.ID, d.flags|0x40, made.Bytes())})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64.EncodeToString(d.client("webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64.EncodeToString(object)})
}

// get answers navigator.credentials.get.
func (d *device) get(options []byte) []byte {
	d.t.Helper()
	o := d.read(options)
	d.count++
	client, data := d.client("webauthn.get", o.PublicKey.Challenge), d.authData(o.PublicKey.RPID, d.flags, nil)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	sign, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		d.t.Fatal(err)
	}
	return d.answer(map[string]any{"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(sign), "userHandle": b64.EncodeToString(d.handle)})
}

func (d *device) answer(response map[string]any) []byte {
	id := b64.EncodeToString(d.id)
	b, _ := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return b
}

// enrol adds a new device to an account.
func (h *house) enrol(a *allmende.Account) *device {
	h.t.Helper()
	d := newDevice(h.t)
	options, ticket, err := h.BeginPasskey(h.t.Context(), a.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.FinishPasskey(h.t.Context(), a.ID, ticket, "Phone", d.create(options)); err != nil {
		h.t.Fatalf("%v", err)
	}
	return d
}

func (h *house) begin() (options []byte, ticket string) {
	h.t.Helper()
	options, ticket, err := h.BeginPasskeySignIn()
	if err != nil {
		h.t.Fatal(err)
	}
	return options, ticket
}

func TestR9_PasskeySignsInWithoutName(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.member("ada"), h.member("bob")
	phone, other := h.enrol(ada), h.enrol(bob)
	for d, want := range map[*device]allmende.ID{phone: ada.ID, other: bob.ID} {
		options, ticket := h.begin()
		answer := d.get(options)
		if p, err := h.FinishPasskeySignIn(t.Context(), ticket, answer); err != nil || p != (Proof{Account: want}) {
			t.Errorf("%+v, %v", p, err)
		}
		_, err := h.FinishPasskeySignIn(t.Context(), ticket, answer)
		wantKey(t, err, "error.ticket_void")
	}
	list := must[[]Passkey](t)(h.Passkeys(t.Context(), ada.ID))
	if len(list) != 1 || list[0].Name != "Phone" || list[0].SeenAt.IsZero() {
		t.Errorf("%+v", list)
	}
	options, _, err := h.BeginPasskey(t.Context(), ada.ID)
	if o := phone.read(options); err != nil || len(o.PublicKey.ExcludeCredentials) != 1 {
		t.Errorf("the phone may be added twice: %+v, %v", o, err)
	}
	wantKey(t, h.DropPasskey(t.Context(), bob.ID, list[0].ID), "error.passkey_unknown")
	if err := h.DropPasskey(t.Context(), ada.ID, list[0].ID); err != nil {
		t.Fatal(err)
	}
	options, ticket := h.begin()
	_, err = h.FinishPasskeySignIn(t.Context(), ticket, phone.get(options))
	wantKey(t, err, "error.passkey_failed")
}

func TestPasskeysAreRefused(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.member("ada"), h.member("bob")
	cases := []struct {
		name string
		act  func(d *device, options []byte) []byte
	}{
		{"of another page", func(d *device, o []byte) []byte { d.origin = "https://evil.example"; return d.get(o) }},
		{"without asking the person", func(d *device, o []byte) []byte { d.flags = 0x01; return d.get(o) }},
		{"with somebody else's key", func(d *device, o []byte) []byte { d.key = newDevice(t).key; return d.get(o) }},
		{"in somebody else's name", func(d *device, o []byte) []byte { d.handle = []byte(bob.ID.String()); return d.get(o) }},
		{"for another challenge", func(d *device, _ []byte) []byte { o, _ := h.begin(); return d.get(o) }},
		{"with an old counter", func(d *device, o []byte) []byte { d.count = 0; return d.get(o) }},
		{"that are no JSON", func(*device, []byte) []byte { return []byte("{") }},
		{"that are empty", func(*device, []byte) []byte { return nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := h.enrol(ada)
			for range 3 { // so that the counter has risen
				options, ticket := h.begin()
				must[Proof](t)(h.FinishPasskeySignIn(t.Context(), ticket, d.get(options)))
			}
			options, ticket := h.begin()
			_, err := h.FinishPasskeySignIn(t.Context(), ticket, c.act(d, options))
			wantKey(t, err, "error.passkey_failed")
		})
	}
}

func TestHalfFinishedCeremoniesRunOut(t *testing.T) {
	h := newHouse(t)
	ada, bob := h.member("ada"), h.member("bob")
	d := h.enrol(ada)
	options, ticket := h.begin()
	h.at = h.at.Add(ceremonyLife + time.Second)
	_, err := h.FinishPasskeySignIn(t.Context(), ticket, d.get(options))
	wantKey(t, err, "error.ticket_void")

	options, ticket, err = h.BeginPasskey(t.Context(), ada.ID)
	if err != nil {
		t.Fatal(err)
	}
	wantKey(t, h.FinishPasskey(t.Context(), bob.ID, ticket, "x", newDevice(t).create(options)), "error.ticket_void")
	_, ticket, _ = h.BeginPasskey(t.Context(), ada.ID)
	_, err = h.FinishPasskeySignIn(t.Context(), ticket, nil)
	wantKey(t, err, "error.ticket_void")

	m := newMemo[int](3, time.Minute)
	now := time.Unix(1000, 0)
	first := m.put(1, now)
	var last string
	for i := range 5 {
		last = m.put(i, now.Add(time.Duration(i+1)*time.Second))
	}
	if _, ok := m.get(first, now.Add(6*time.Second)); ok || len(m.items) != 3 {
		t.Errorf("%d items kept", len(m.items))
	}
	if _, ok := m.get(last, now.Add(6*time.Second)); !ok {
		t.Error("the newest one went")
	}
}
