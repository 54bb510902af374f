package core

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

const (
	maxFigures = 200  // media in one text
	maxAlt     = 1500 // characters of a description
)

// prepareMedia checks that the writer may show the media.
func (c *Core) prepareMedia(ctx context.Context, w who, p *publication) error {
	media, err := c.ownMedia(ctx, w, p.object.Media)
	p.media = media
	return err
}

// ownMedia loads media that the asker, or the asker's person, uploaded.
func (c *Core) ownMedia(ctx context.Context, w who, ids []allmende.ID) ([]allmende.Media, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	got, err := store.MediaByIDs(ctx, c.db.Read(), ids)
	if err != nil {
		return nil, err
	}
	byID := map[allmende.ID]allmende.Media{}
	for _, m := range got {
		byID[m.ID] = m
	}
	out := make([]allmende.Media, 0, len(ids))
	for _, id := range ids {
		m, ok := byID[id]
		mine := ok && (m.Owner == w.actor.ID || w.account != nil && m.Owner == w.account.Actor)
		if !mine {
			return nil, allmende.Wrong("media", "error.media_not_found")
		}
		if m.State == allmende.MediaFailed {
			return nil, allmende.Wrong("media", "error.media_failed")
		}
		out = append(out, m)
	}
	return out, nil
}

// placeFigures makes the media that stand in a text the object's own, after
// those that are only attached to it. Who writes may show what they uploaded,
// and everybody what some state of this text showed already. What stood there
// without being shown stays as it is: it is drawn as what is missing.
func (c *Core) placeFigures(ctx context.Context, w who, before, o *allmende.Object, m *marked) error {
	var was []allmende.ID
	if before != nil && before.Kind.Titled() {
		was = text.FiguresIn(before.HTML)
	}
	if len(m.figures) == 0 && len(was) == 0 {
		return nil
	}
	if len(m.figures) > maxFigures {
		return allmende.Wrong("source", "error.figures_many", "max", maxFigures)
	}
	var attached []allmende.ID
	for _, id := range o.Media {
		if !contains(m.figures, id) && (!contains(was, id) || !contains(before.Media, id)) {
			attached = append(attached, id)
		}
	}
	var known []allmende.ID
	if before != nil {
		var err error
		if known, err = store.RevisionMedia(ctx, c.db.Read(), o.ID); err != nil {
			return err
		}
	}
	var shown []allmende.ID
	for _, id := range m.figures {
		if !contains(known, id) {
			_, err := c.ownMedia(ctx, w, []allmende.ID{id})
			switch {
			case err == nil:
			case allmende.KindOf(err) != allmende.Invalid:
				return err
			case w.via == "import" || contains(was, id):
				continue
			default:
				return allmende.Wrong("source", "error.figure_not_found", "id", id.String()).Because(err)
			}
		}
		shown = append(shown, id)
	}
	o.Media, m.figures = append(attached, shown...), shown
	return nil
}

// wordsInText are the descriptions that a text gives the media standing in it;
// apps and feeds look for them at the medium.
func wordsInText(o *allmende.Object) map[allmende.ID]string {
	out := map[allmende.ID]string{}
	if o.Kind.Titled() {
		text.DrawFigures(o.HTML, func(f text.Figure) string {
			if f.Alt != "" && len([]rune(f.Alt)) <= maxAlt {
				out[f.Media] = f.Alt
			}
			return ""
		})
	}
	return out
}

// attachMedia marks an object's media as used, and as public when everyone may
// see the object.
func (ch *change) attachMedia(o *allmende.Object) error {
	if len(o.Media) == 0 {
		return nil
	}
	media, err := ch.media(o.Media)
	if err != nil {
		return err
	}
	public := o.State == allmende.Published && o.Audience.Public()
	words := wordsInText(o)
	for i := range media {
		m := &media[i]
		if m.Owner != o.Owner {
			if err := store.AddFigure(ch.ctx, ch, o.ID, m.ID); err != nil {
				return err
			}
		}
		undescribed := m.Alt == "" && words[m.ID] != ""
		if !m.AttachedAt.IsZero() && (m.Public || !public) && !undescribed {
			continue
		}
		if undescribed {
			m.Alt = words[m.ID]
		}
		if m.AttachedAt.IsZero() {
			m.AttachedAt = ch.at
		}
		m.Public = m.Public || public
		if err := store.UpdateMedia(ch.ctx, ch, m); err != nil {
			return err
		}
		ch.news.Media = append(ch.news.Media, m.ID)
	}
	return nil
}

// remoteMedia notes the addresses of a remote object's media.
func (ch *change) remoteMedia(o *allmende.Object, media []allmende.Media) error {
	for _, m := range media {
		m.ID, m.Owner, m.State = ch.core.ids.New(ch.at), o.Owner, allmende.MediaDone
		m.Secret, m.CreatedAt, m.AttachedAt = allmende.Secret(16), ch.at, ch.at
		m.Public = o.Audience.Public()
		if err := store.InsertMedia(ch.ctx, ch, &m); err != nil {
			return err
		}
		o.Media = append(o.Media, m.ID)
	}
	return nil
}

func (c *Core) addMedia(ctx context.Context, cmd *allmende.AddMedia) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RoleAnswerer); err != nil {
		return nil, err
	}
	m := allmende.Media{Owner: cmd.As, Kind: cmd.Kind, State: allmende.MediaQueued, Name: cmd.Name, Blob: cmd.Blob,
		MIME: cmd.MIME, Size: cmd.Size, Width: cmd.Width, Height: cmd.Height, DurationMS: cmd.Duration,
		Animated: cmd.Animated, Alt: strings.TrimSpace(cmd.Alt), FocusX: cmd.FocusX, FocusY: cmd.FocusY, Exif: cmd.Exif,
		RemoteURL: cmd.RemoteURL, ShowPlace: cmd.ShowPlace, Secret: allmende.Secret(16)}
	if err := checkMedia(&m); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		m := m
		m.ID, m.CreatedAt = ch.core.ids.New(ch.at), ch.at
		if err := store.InsertMedia(ch.ctx, ch, &m); err != nil {
			return err
		}
		ch.result.Media = m.ID
		ch.news.Media = append(ch.news.Media, m.ID)
		return ch.makeVariants(&m)
	}, nil
}

// makeVariants queues the work on a medium. Films and sounds have queues of
// their own, so that pictures never wait behind them.
func (ch *change) makeVariants(m *allmende.Media) error {
	queue := "media"
	switch m.Kind {
	case "video":
		queue = "film"
	case "audio":
		queue = "sound"
	}
	return ch.job(queue, m.ID.String(), m.ID, m.Owner, m.Kind, 0)
}

func checkMedia(m *allmende.Media) error {
	var f allmende.Faults
	if len([]rune(m.Alt)) > maxAlt {
		f.Add("alt", "error.alt_long", "max", maxAlt)
	}
	if m.FocusX < -1 || m.FocusX > 1 || m.FocusY < -1 || m.FocusY > 1 {
		f.Add("focus", "error.focus")
	}
	if len(m.Licence) > 64 {
		f.Add("licence", "error.licence")
	}
	return f.Err()
}

func (c *Core) setMedia(ctx context.Context, cmd *allmende.SetMedia) (step, error) {
	w, err := c.who(ctx, &cmd.Act, allmende.RoleAnswerer)
	if err != nil {
		return nil, err
	}
	if _, err := c.ownMedia(ctx, w, []allmende.ID{cmd.Media}); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		m, err := ch.medium(cmd.Media)
		if err != nil {
			return err
		}
		before := m.Alt
		set(&m.Alt, cmd.Alt)
		m.Alt = strings.TrimSpace(m.Alt)
		set(&m.FocusX, cmd.FocusX)
		set(&m.FocusY, cmd.FocusY)
		set(&m.Licence, cmd.Licence)
		set(&m.ShowPlace, cmd.ShowPlace)
		if err := checkMedia(m); err != nil {
			return err
		}
		ch.result.Media = m.ID
		if cmd.FocusX != nil || cmd.FocusY != nil {
			if err := ch.cropAnew(m); err != nil {
				return err
			}
		}
		if m.Alt != before {
			if err := ch.findMediaAnew(m); err != nil {
				return err
			}
		}
		return ch.drawMediaAnew(m)
	}, nil
}

// findMediaAnew has what shows a medium found by its new description.
func (ch *change) findMediaAnew(m *allmende.Media) error {
	ids, err := store.ObjectsWithMedia(ch.ctx, ch, m.Owner, m.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := ch.job("search", id.String(), id, 0, "", 0); err != nil {
			return err
		}
	}
	return nil
}

// cropAnew drops what was cut around the old focus and has it made again.
func (ch *change) cropAnew(m *allmende.Media) error {
	cut := func(v allmende.Variant) bool { return strings.HasPrefix(v.Name, "avatar") }
	if !slices.ContainsFunc(m.Variants, cut) {
		return nil
	}
	m.Variants = slices.DeleteFunc(m.Variants, cut)
	return ch.makeVariants(m)
}

// set overwrites a value when a new one was given.
func set[T any](where *T, value *T) {
	if value != nil {
		*where = *value
	}
}

func (ch *change) medium(id allmende.ID) (*allmende.Media, error) {
	if err := store.Hold(ch.ctx, ch.Tx, store.TableMedia, id); err != nil {
		return nil, err
	}
	m, err := store.MediaByID(ch.ctx, ch, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, allmende.E(allmende.NotFound, "error.media_not_found")
	}
	return &m, err
}

// media loads several to be changed; see medium.
func (ch *change) media(ids []allmende.ID) ([]allmende.Media, error) {
	if err := store.Hold(ch.ctx, ch.Tx, store.TableMedia, ids...); err != nil {
		return nil, err
	}
	return store.MediaByIDs(ch.ctx, ch, ids)
}

// drawMediaAnew stores a changed medium and has everything that shows it drawn anew.
func (ch *change) drawMediaAnew(m *allmende.Media) error {
	if err := store.UpdateMedia(ch.ctx, ch, m); err != nil {
		return err
	}
	ch.news.Media = append(ch.news.Media, m.ID)
	if m.AttachedAt.IsZero() {
		return nil
	}
	ids, err := store.ObjectsWithMedia(ch.ctx, ch, m.Owner, m.ID)
	if err != nil {
		return err
	}
	ch.news.Objects = append(ch.news.Objects, ids...)
	ch.news.Actors = append(ch.news.Actors, m.Owner)
	return store.TouchObject(ch.ctx, ch, ids...)
}

func (c *Core) mediaMade(_ context.Context, cmd *allmende.MediaMade) (step, error) {
	if !trusted(&cmd.Act) {
		return nil, allmende.E(allmende.Forbidden, "error.command", "verb", cmd.Verb())
	}
	return func(ch *change) error {
		ch.quiet = true
		m, err := ch.medium(cmd.Media)
		if err != nil {
			return err
		}
		m.State, m.Progress, m.Reason = cmd.State, cmd.Progress, cmd.Reason
		if cmd.Width > 0 {
			m.Width, m.Height = cmd.Width, cmd.Height
		}
		if cmd.Duration > 0 {
			m.DurationMS = cmd.Duration
		}
		if cmd.Kind != "" {
			m.Kind = cmd.Kind
		}
		if cmd.Blurhash != "" {
			m.Blurhash = cmd.Blurhash
		}
		if cmd.Peaks != "" {
			m.Peaks = cmd.Peaks
		}
		m.Animated = m.Animated || cmd.Animated
		if cmd.Variants != nil {
			m.Variants = cmd.Variants
		}
		return ch.drawMediaAnew(m)
	}, nil
}

func (c *Core) previewMade(_ context.Context, cmd *allmende.PreviewMade) (step, error) {
	if !trusted(&cmd.Act) {
		return nil, allmende.E(allmende.Forbidden, "error.command", "verb", cmd.Verb())
	}
	return func(ch *change) error {
		ch.quiet = true
		p := cmd.Preview
		p.FetchedAt = ch.at
		if err := store.PutPreview(ch.ctx, ch, &p); err != nil {
			return err
		}
		ch.news.Previews = append(ch.news.Previews, p.URL)
		if p.Image != 0 {
			m, err := ch.medium(p.Image)
			if err != nil {
				return err
			}
			m.AttachedAt, m.Public = ch.at, true
			if err := store.UpdateMedia(ch.ctx, ch, m); err != nil {
				return err
			}
		}
		ids, err := store.ObjectsPreviewing(ch.ctx, ch, p.URL)
		if err != nil {
			return err
		}
		ch.news.Objects = append(ch.news.Objects, ids...)
		return store.TouchObject(ch.ctx, ch, ids...)
	}, nil
}
