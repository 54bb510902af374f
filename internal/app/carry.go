package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"allmende"
	"allmende/internal/door/exporter"
	"allmende/internal/door/importer"
	"allmende/internal/lang"
)

// problemsShown is how many problems of an import are told one by one.
const problemsShown = 50

func (h *House) exporter() *exporter.Exporter {
	return exporter.New(exporter.Deps{Read: h.Read, Blob: h.Blob, BaseURL: h.Config.URL, AccountDomain: h.Config.Domain(),
		Version: h.Version, Now: h.Now})
}

// writeArchive is the web door's "download everything".
func (h *House) writeArchive(ctx context.Context, v allmende.Viewer, to io.Writer) error {
	return h.exporter().Write(ctx, v, to, nil)
}

// export writes an archive to a new file; a half one never has its name.
func (h *House) export(ctx context.Context, tag lang.Tag, x Export, v Voice) error {
	who, err := h.actorOf(ctx, x.Name)
	if err != nil {
		return err
	}
	if _, err := os.Stat(x.File); err == nil {
		return allmende.E(allmende.Conflict, "error.backup_exists", "file", x.File)
	}
	part := x.File + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	count := 0
	err = h.exporter().Write(ctx, who, f, progress(tag, v, "cli.export_progress", &count))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, x.File); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	v.Say(lang.T(tag, "cli.export_done", "file", x.File, "objects", count))
	return nil
}

// importFile reads what somebody brings along.
func (h *House) importFile(ctx context.Context, tag lang.Tag, x Import, v Voice) error {
	who, err := h.actorOf(ctx, x.As)
	if err != nil {
		return err
	}
	count := 0
	told := progress(tag, v, "cli.import_progress", &count)
	in := importer.New(importer.Deps{Core: h.Core, Read: h.Read, Upload: h.uploadTrusted, BaseURL: h.Config.URL, AccountDomain: h.Config.Domain()})
	report, err := in.Run(ctx, importer.Job{File: x.File, As: who, Dry: x.Dry, Note: func(done, _ int) { told(done) }})
	if err != nil {
		return err
	}
	v.Say(report.Text(tag, problemsShown))
	return nil
}

// uploadTrusted stores a file in the name of an actor whose account is not
// asked: whoever runs the server brings it, also for an organisation.
func (h *House) uploadTrusted(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error) {
	v.Account = 0
	return h.Upload.Upload(ctx, v, r, about)
}

// progress notes at times how far something is, and keeps the last count.
func progress(tag lang.Tag, v Voice, key string, count *int) func(int) {
	told := time.Now()
	return func(done int) {
		*count = done
		if time.Since(told) > noteEvery {
			told = time.Now()
			v.Note(lang.T(tag, key, "done", done))
		}
	}
}
