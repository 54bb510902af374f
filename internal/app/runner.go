package app

import (
	"allmende/internal/outlet"
	"allmende/internal/outlet/media"
	"allmende/internal/outlet/search"
)

// buildRunner makes the outlets and hangs them into the runner.
func (h *House) buildRunner() error {
	h.Runner = outlet.New(h.DB, h.Hub, h.Log, h.Now)
	h.Runner.Add(search.New(h.DB), search.Options)
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
