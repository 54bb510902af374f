package app

import (
	"context"
	"time"

	"allmende"
	"allmende/internal/auth"
	"allmende/internal/door/clock"
	"allmende/internal/fetch"
	"allmende/internal/outlet"
	"allmende/internal/outlet/erase"
	"allmende/internal/outlet/mail"
	"allmende/internal/outlet/media"
	"allmende/internal/outlet/notify"
	"allmende/internal/outlet/preview"
	"allmende/internal/outlet/search"
)

// mailAfter is how long somebody has to see a notification before a mail tells of it.
const mailAfter = 10 * time.Minute

// buildRunner makes the outlets and hangs them into the runner.
func (h *House) buildRunner() error {
	h.Runner = outlet.New(h.DB, h.Hub, h.Log, h.Now)
	h.Runner.Add(search.New(h.DB), search.Options)
	h.Runner.Add(notify.New(h.DB, h.Read, h.Hub, h.Now, mailAfter), notify.Options)
	h.Runner.Add(erase.New(erase.Deps{DB: h.DB, Hub: h.Hub, Blob: h.Blob, Do: h.Core.Do, Sweep: h.Auth.Sweep, Log: h.Log, Now: h.Now},
		erase.Settings{}), erase.Options)
	letters, err := mail.New(h.DB, h.Read, mail.Settings{URL: h.Config.Mail.URL, From: h.Config.Mail.From, BaseURL: h.Config.URL,
		Host: h.Config.Domain()}, h.mintCode, h.Unsent, h.Log, h.Now)
	if err != nil {
		return err
	}
	h.Runner.Add(letters, mail.Options)
	fetcher := fetch.New(fetch.Options{Version: h.Version, BaseURL: h.Config.URL, AllowPrivate: h.Config.Federation.AllowPrivate})
	h.Runner.Add(preview.New(preview.House{DB: h.DB, Fetch: fetcher, Log: h.Log, Now: h.Now, Do: h.Core.Do, Upload: h.Upload.Upload}),
		preview.Options)
	return h.addMedia()
}

// addMedia adds the queues of pictures, sounds and films.
func (h *House) addMedia() error {
	for _, queue := range []string{media.Pictures, media.Sounds, media.Films} {
		o, err := media.New(queue, media.Deps{DB: h.DB.Read(), Blob: h.Blob, Files: h.Files, Do: h.Core.Do,
			TempDir: h.Config.TempDir(), Log: h.Log, Now: h.Now})
		if err != nil {
			return err
		}
		h.Runner.Add(o, media.Options(queue))
	}
	return nil
}

// mintCode makes the code of a letter while it is written.
func (h *House) mintCode(ctx context.Context, account allmende.ID, purpose string) (mail.Code, error) {
	c, err := h.Auth.MintCode(ctx, account, auth.Purpose(purpose))
	return mail.Code{Link: c.Link, Short: c.Short, To: c.To, Expires: c.Expires}, err
}

// buildClock lists what has to be done again and again.
func (h *House) buildClock(sweepUploads func()) *clock.Clock {
	return clock.New(clock.Deps{Do: h.Core.Do, Due: h.Read.DueObjects, Log: h.Log, Now: h.Now},
		clock.Chore{Name: "erase, hourly", Every: time.Hour, Do: h.queue(erase.Hourly)},
		clock.Chore{Name: "erase, daily", Every: 24 * time.Hour, Do: h.queue(erase.Daily)},
		clock.Chore{Name: "uploads under way", Every: time.Hour, Do: func(context.Context) error {
			sweepUploads()
			return nil
		}},
	)
}

// queue puts jobs that come round into the queue once more.
func (h *House) queue(jobs []allmende.Job) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, job := range jobs {
			job.RunAt = h.Now()
			if err := h.Runner.Put(ctx, job); err != nil {
				return err
			}
		}
		return nil
	}
}
