package core

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"allmende"
	"allmende/internal/store"
	"allmende/internal/text"
)

// knowActor stores or refreshes what a remote server says of its actor. The
// door has checked that the server speaks for itself.
func (c *Core) knowActor(ctx context.Context, cmd *allmende.KnowActor) (step, error) {
	r := cmd.Remote
	if !trusted(&cmd.Act) {
		return nil, allmende.E(allmende.Forbidden, "error.rank")
	}
	if r.Host == "" || r.URI == "" || r.Host == c.host() {
		return nil, allmende.Wrong("host", "error.remote_actor")
	}
	r.Name, r.Host = strings.ToLower(r.Name), strings.ToLower(r.Host)
	if r.Name == "" || len(r.Name) > 200 || strings.ContainsAny(r.Name, "@/ <>\"'") {
		return nil, allmende.Wrong("name", "error.name_shape")
	}
	r.DisplayName = text.Excerpt(strings.TrimSpace(r.DisplayName), 200)
	r.BioHTML, r.Bio = text.SanitizeHTML(r.BioHTML), ""
	for i := range r.Fields {
		r.Fields[i].HTML = text.SanitizeHTML(r.Fields[i].Value)
	}
	if r.State == "" {
		r.State = allmende.ActorActive
	}
	return func(ch *change) error { return ch.putRemoteActor(r, cmd) }, nil
}

func (ch *change) putRemoteActor(r allmende.Actor, cmd *allmende.KnowActor) error {
	known, err := store.ActorByURI(ch.ctx, ch, r.URI)
	search := text.Fold(r.Name + " " + r.DisplayName)
	ch.quiet = true
	if errors.Is(err, sql.ErrNoRows) {
		if cmd.Gone {
			return nil
		}
		r.ID, r.CreatedAt, r.ChangedAt = ch.core.ids.New(ch.at), ch.at, ch.at
		ch.result.Actor = r.ID
		ch.news.Actors = append(ch.news.Actors, r.ID)
		return store.InsertActor(ch.ctx, ch, &r, cmd.Key, search)
	}
	if err != nil {
		return err
	}
	ch.result.Actor = known.ID
	ch.touches(known.ID)
	if cmd.Gone {
		return ch.goneActor(&known)
	}
	r.ID, r.Name, r.Host, r.CreatedAt, r.ChangedAt = known.ID, known.Name, known.Host, known.CreatedAt, ch.at
	if known.State != allmende.ActorActive {
		r.State = known.State // a suspension here stays
	}
	r.Limited = known.Limited
	if r.Avatar == 0 {
		r.Avatar, r.Header = known.Avatar, known.Header
	}
	if err := store.UpdateActor(ch.ctx, ch, &r, search); err != nil || cmd.Key == "" {
		return err
	}
	return store.SetActorKey(ch.ctx, ch, r.ID, cmd.Key)
}
