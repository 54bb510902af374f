package app

import (
	"context"
	"runtime"
	"strings"

	"allmende"
	"allmende/internal/db"
	"allmende/internal/door/web/ui"
	"allmende/internal/lang"
)

// retry puts work that was given up back into its queue.
func (h *House) retry(ctx context.Context, job allmende.Job) error {
	job.RunAt, job.Attempts, job.Failed, job.Reason = h.Now(), 0, false, ""
	return h.Runner.Put(ctx, job)
}

// systemFacts is what the admin page says of the server itself.
func (h *House) systemFacts(ctx context.Context) []ui.PairView {
	tag := lang.From(ctx)
	say := func(key string, args ...any) string { return lang.T(tag, "cli."+key, args...) }
	engine := "SQLite"
	if h.DB.Engine() == db.Postgres {
		engine = "PostgreSQL"
	}
	free := "?"
	if n, err := h.Blob.Free(ctx); err == nil {
		free = lang.Bytes(tag, n)
	}
	tools := say("fact_tools_all")
	if missing := h.Files.Missing(); len(missing) > 0 {
		tools = say("fact_tools_missing", "names", strings.Join(missing, ", "))
	}
	mail := say("fact_mail_none")
	if h.Config.Mail.URL != "" {
		mail = say("fact_mail_set", "from", h.Config.MailFrom())
	}
	return []ui.PairView{
		{Name: say("fact_version"), Value: h.Version + " (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"},
		{Name: say("fact_database"), Value: engine},
		{Name: say("fact_mail"), Value: mail},
		{Name: say("fact_free"), Value: free},
		{Name: say("fact_tools"), Value: tools},
		{Name: say("fact_streams"), Value: lang.Number(tag, int64(h.Hub.Streams()))},
	}
}
