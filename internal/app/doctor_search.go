package app

import (
	"context"

	"allmende/internal/lang"
	"allmende/internal/outlet/search"
)

// rebuildSearch makes the search index anew; meanwhile searching finds what is
// done already, the newest first.
func (h *House) rebuildSearch(ctx context.Context, tag lang.Tag, v Voice) error {
	count := 0
	told := progress(tag, v, "cli.search_progress", &count)
	if err := search.New(h.DB).Rebuild(ctx, func(done, _ int) { told(done) }); err != nil {
		return err
	}
	v.Say(lang.T(tag, "cli.search_rebuilt", "count", count))
	return nil
}
