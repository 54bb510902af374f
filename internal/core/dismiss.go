package core

import (
	"context"

	"allmende"
	"allmende/internal/store"
)

// dismiss takes notifications away for good; nobody else hears of it.
func (c *Core) dismiss(ctx context.Context, cmd *allmende.Dismiss) (step, error) {
	if _, err := c.who(ctx, &cmd.Act, allmende.RoleAnswerer); err != nil {
		return nil, err
	}
	return func(ch *change) error {
		ch.quiet = true
		ch.news.Unread = append(ch.news.Unread, cmd.As)
		if cmd.All {
			return store.ClearNotifications(ch.ctx, ch, cmd.As)
		}
		return store.DismissNotification(ch.ctx, ch, cmd.As, cmd.Notification)
	}, nil
}
