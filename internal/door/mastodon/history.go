package mastodon

import (
	"allmende"
	"allmende/internal/text"
	"allmende/internal/wire/masto"
)

// edit draws one older state of a status. Revisions keep sources only; the
// people they mention are those that the object mentions now.
func (q *req) edit(o *allmende.Object, r *allmende.Revision) (masto.StatusEdit, error) {
	d := q.door
	actors, err := d.Read.Actors(q.Context(), append([]allmende.ID{o.Owner, r.As}, o.Mentions...))
	if err != nil {
		return masto.StatusEdit{}, err
	}
	who := actors[r.As]
	if who == nil {
		who = actors[o.Owner]
	}
	ids := append([]allmende.ID(nil), r.Media...)
	byHandle := map[string]*allmende.Actor{}
	for _, a := range actors {
		ids = append(ids, a.Avatar, a.Header)
		byHandle[a.Handle()] = a
	}
	media, err := d.Read.Media(q.Context(), ids)
	if err != nil {
		return masto.StatusEdit{}, err
	}
	doc, err := text.Render(text.Format(r.Format), r.Source, text.Options{Wiki: o.Kind.Titled(), Heading: o.Kind.Titled(), SoftBreaks: o.Kind.Titled(),
		ResolveMention: func(handle string) (string, bool) {
			name, host := allmende.SplitHandle(handle)
			if host == d.AccountDomain {
				host = ""
			}
			a := byHandle[(&allmende.Actor{Name: name, Host: host}).Handle()]
			if a == nil {
				return "", false
			}
			return a.Path(), true
		}})
	if err != nil {
		return masto.StatusEdit{}, allmende.E(allmende.Invalid, "error.format").Because(err)
	}
	r.HTML = doc.HTML
	var account []byte
	if who != nil {
		account = d.account(who, media)
	}
	return d.site.DrawEdit(o, r, account, media), nil
}
