package mastodon

import (
	"allmende"
	"allmende/internal/text"
	"allmende/internal/wire/masto"
)

// older draws the older states of a status. Revisions keep their sources only,
// so they are rendered; people are looked up once.
type older struct {
	*req
	object *allmende.Object
	known  map[string]string // handle → path; empty: nobody
}

// statusHistory lists all states of a status, the first one first.
func (d *Door) statusHistory(q *req) error {
	o, err := q.object("id")
	if err != nil {
		return err
	}
	list, err := d.Read.Revisions(q.Context(), q.viewer, o, 0, 100)
	if err != nil {
		return err
	}
	h := older{req: q, object: o, known: map[string]string{}}
	out := make([]masto.StatusEdit, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].State == allmende.Withheld {
			continue
		}
		edit, err := h.draw(&list[i])
		if err != nil {
			return err
		}
		out = append(out, edit)
	}
	return q.json(out)
}

func (h *older) draw(r *allmende.Revision) (masto.StatusEdit, error) {
	d, o := h.door, h.object
	actors, err := d.Read.Actors(h.Context(), []allmende.ID{o.Owner, r.As})
	if err != nil {
		return masto.StatusEdit{}, err
	}
	who := actors[r.As]
	if who == nil {
		who = actors[o.Owner]
	}
	if who == nil {
		return masto.StatusEdit{}, allmende.E(allmende.NotFound, "error.actor_not_found")
	}
	media, err := d.Read.Media(h.Context(), append([]allmende.ID{who.Avatar, who.Header}, r.Media...))
	if err != nil {
		return masto.StatusEdit{}, err
	}
	titled := o.Kind.Titled()
	doc, err := text.Render(text.Format(r.Format), r.Source, text.Options{Wiki: titled, Heading: titled, SoftBreaks: titled, Figures: titled, ResolveMention: h.mention})
	if err != nil {
		return masto.StatusEdit{}, allmende.E(allmende.Invalid, "error.format").Because(err)
	}
	r.HTML = doc.HTML
	return d.site.DrawEdit(o, r, d.account(who, media), media), nil
}

// mention finds the page of somebody named in an older text.
func (h *older) mention(handle string) (string, bool) {
	path, asked := h.known[handle]
	if !asked {
		if a, err := h.door.Read.ActorByHandle(h.Context(), handle, h.door.AccountDomain); err == nil {
			path = a.Path()
		}
		h.known[handle] = path
	}
	return path, path != ""
}
