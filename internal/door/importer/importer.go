// Package importer is the door for what people bring along: it recognises a
// file by its content, turns what is in it into Commands with their old dates,
// quietly, and reports what came of it. Bringing the same file again makes
// nothing twice.
package importer

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"allmende"
	"allmende/internal/core"
	"allmende/internal/lang"
	"allmende/internal/read"
	"allmende/internal/wire/archive"
)

// Deps are what the door needs; app hands it in.
type Deps struct {
	Core *core.Core
	Read *read.Reader
	// Upload stores a file as the actor's medium and starts its processing.
	Upload        func(ctx context.Context, v allmende.Viewer, r io.Reader, about allmende.Upload) (allmende.ID, error)
	BaseURL       string
	AccountDomain string
}

// Importer reads archives.
type Importer struct{ Deps }

// New makes the door.
func New(d Deps) *Importer { return &Importer{d} }

// Job is one import.
type Job struct {
	File string
	As   allmende.Viewer // who gets it
	Dry  bool            // only tell what would come
	Note func(done, of int)
}

// Report says what came of an import.
type Report struct {
	Format   string
	Dry      bool
	Made     map[string]int // by kind of object, and "media", "following", …
	Known    int            // objects that an earlier import brought
	Problems []Problem
}

// Problem is one thing that could not be taken over.
type Problem struct {
	What string // address or name
	Err  error
}

func (r *Report) made(what string) { r.Made[what]++ }

func (r *Report) problem(what string, err error) {
	r.Problems = append(r.Problems, Problem{what, err})
}

// Text is the report in words, with at most so many problems one by one.
func (r *Report) Text(tag lang.Tag, most int) string {
	var b strings.Builder
	key := "cli.import_done"
	if r.Dry {
		key = "cli.import_dry"
	}
	b.WriteString(lang.T(tag, key, "format", r.Format) + "\n")
	kinds := make([]string, 0, len(r.Made))
	for kind := range r.Made {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(&b, "  %6d  %s\n", r.Made[kind], lang.T(tag, "cli.import_kind_"+strings.ToLower(kind)))
	}
	if r.Known > 0 {
		fmt.Fprintf(&b, "  %6d  %s\n", r.Known, lang.T(tag, "cli.import_known"))
	}
	if len(r.Problems) > 0 {
		b.WriteString(lang.T(tag, "cli.import_problems", "count", len(r.Problems)) + "\n")
	}
	for _, p := range r.Problems[:min(most, len(r.Problems))] {
		b.WriteString("  " + p.What + ": " + words(tag, p.Err) + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// words says an error in the reader's language.
func words(tag lang.Tag, err error) string {
	var e *allmende.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	if len(e.Fields) > 0 {
		return lang.T(tag, e.Fields[0].Key, e.Fields[0].Args...)
	}
	if e.Key == "" {
		return err.Error()
	}
	return lang.T(tag, e.Key, e.Args...)
}

// Run reads a file. The error says that nothing could be read at all; what
// failed piece by piece stands in the report.
func (im *Importer) Run(ctx context.Context, job Job) (*Report, error) {
	if _, err := os.Stat(job.File); errors.Is(err, fs.ErrNotExist) {
		return nil, allmende.E(allmende.NotFound, "cli.import_no_file", "file", job.File).Because(err)
	}
	z, err := zip.OpenReader(job.File)
	if err != nil {
		return nil, allmende.E(allmende.Unsupported, "cli.import_unknown", "file", path.Base(job.File)).Because(err)
	}
	defer z.Close()
	if name := foreign(&z.Reader); name != "" {
		return nil, allmende.E(allmende.Unsupported, "cli.import_not_yet", "format", name)
	}
	head, err := readHead(&z.Reader)
	if err != nil {
		return nil, err
	}
	report := &Report{Format: head.Program, Dry: job.Dry, Made: map[string]int{}}
	r := &reading{Importer: im, ctx: ctx, job: job, zip: &z.Reader, head: head, report: report,
		objects: map[string]allmende.ID{}, media: map[string]allmende.ID{}}
	return report, r.all()
}

// foreign recognises the archives of other systems by a file that only they have.
func foreign(z *zip.Reader) string {
	for _, f := range z.File {
		switch base := path.Base(f.Name); {
		case base == "outbox.json":
			return "Mastodon"
		case base == "tweets.js" || base == "tweet.js":
			return "X"
		case strings.HasSuffix(f.Name, "your_posts_1.json") || strings.HasSuffix(f.Name, "your_posts__check_ins__photos_and_videos_1.json"):
			return "Facebook"
		case base == "Connections.csv":
			return "LinkedIn"
		case base == "watch-history.html" || base == "watch-history.json" || strings.HasPrefix(f.Name, "Takeout/"):
			return "Google Takeout"
		}
	}
	return ""
}

func readHead(z *zip.Reader) (archive.Head, error) {
	var h archive.Head
	err := readJSON(z, archive.HeadFile, &h)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return h, allmende.E(allmende.Unsupported, "cli.import_unknown", "file", "").Because(err)
	case err != nil || h.Format != archive.Format:
		return h, allmende.E(allmende.Invalid, "cli.import_broken", "file", archive.HeadFile).Because(err)
	case h.Version > archive.Version:
		return h, allmende.E(allmende.Unsupported, "cli.import_newer", "program", h.Program)
	}
	return h, nil
}
