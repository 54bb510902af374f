package app

import (
	"context"
	"io"

	"allmende"
	"allmende/internal/demo"
	"allmende/internal/lang"
	"allmende/internal/store"
)

// fillDemo makes the example community, on an instance without members.
func (h *House) fillDemo(ctx context.Context, tag lang.Tag, v Voice) error {
	accounts, err := store.Accounts(ctx, h.DB.Read(), "", 0, 1)
	if err != nil {
		return err
	}
	if len(accounts) > 0 {
		return allmende.E(allmende.Conflict, "cli.demo_not_empty")
	}
	err = demo.Fill(ctx, demo.Deps{Do: h.Core.Do, Hash: h.Auth.Hash, Now: h.Now,
		Upload: func(ctx context.Context, viewer allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error) {
			return h.Upload.Upload(ctx, viewer, r, about)
		},
		Say: func(text string) { v.Note(lang.T(tag, "cli.demo_step", "what", text)) }})
	if err != nil {
		return err
	}
	v.Say(lang.T(tag, "cli.demo_done", "name", "marta", "password", demo.Password, "url", h.Config.URL+"/login"))
	return nil
}
