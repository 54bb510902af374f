package importer

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"allmende"
	"allmende/internal/wire/archive"
)

// Bounds on what a file may hold; archives come from strangers.
const (
	maxJSON = 64 << 20 // bytes of one small file
	maxLine = 32 << 20 // bytes of one object with its revisions
)

// reading is one archive of our own form on its way in.
type reading struct {
	*Importer
	ctx    context.Context
	job    Job
	zip    *zip.Reader
	head   archive.Head
	report *Report

	files   map[string]archive.Media
	objects map[string]allmende.ID // new ids by old address
	media   map[string]allmende.ID // new ids by old id
}

// act is the sender of what an import does.
func (r *reading) act(at time.Time) allmende.Act {
	return allmende.Act{As: r.job.As.Actor, Via: "import", At: at, Quiet: true}
}

func (r *reading) all() error {
	var list []archive.Media
	if err := readJSON(r.zip, archive.MediaFile, &list); err != nil {
		return allmende.E(allmende.Invalid, "cli.import_broken", "file", archive.MediaFile).Because(err)
	}
	r.files = map[string]archive.Media{}
	for _, m := range list {
		r.files[m.ID] = m
	}
	if err := r.profile(); err != nil {
		return err
	}
	if err := r.eachObject(r.object); err != nil {
		return err
	}
	if err := r.relations(); err != nil {
		return err
	}
	return r.reactions()
}

// readJSON reads one small file of the archive.
func readJSON(z *zip.Reader, name string, into any) error {
	f, err := z.Open(name)
	if err != nil {
		return err
	}
	err = json.NewDecoder(io.LimitReader(f, maxJSON)).Decode(into)
	return errors.Join(err, f.Close())
}

// eachObject reads the objects one by one, oldest first.
func (r *reading) eachObject(do func(archive.Object) error) error {
	f, err := r.zip.Open(archive.ObjectsFile)
	if err != nil {
		return allmende.E(allmende.Invalid, "cli.import_broken", "file", archive.ObjectsFile).Because(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	done := 0
	for lines.Scan() {
		var o archive.Object
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return allmende.E(allmende.Invalid, "cli.import_broken", "file", archive.ObjectsFile).Because(err)
		}
		if err := do(o); err != nil {
			return err
		}
		if done++; r.job.Note != nil {
			r.job.Note(done, 0)
		}
	}
	if err := lines.Err(); err != nil {
		return allmende.E(allmende.Invalid, "cli.import_broken", "file", archive.ObjectsFile).Because(err)
	}
	return nil
}

// profile fills an empty profile; what somebody has written here stays.
func (r *reading) profile() error {
	mine, err := r.Read.Actor(r.ctx, r.job.As.Actor)
	if err != nil || mine.Bio != "" || mine.Avatar != 0 {
		return err
	}
	old := r.head.Actor
	if old.Bio == "" && old.Avatar == "" && old.Header == "" && len(old.Fields) == 0 {
		return nil
	}
	r.report.made("profile")
	if r.job.Dry {
		return nil
	}
	cmd := &allmende.SetProfile{Act: r.act(time.Time{}), Bio: &old.Bio, Locked: &old.Locked, Discover: &old.Discover}
	if mine.DisplayName == "" {
		cmd.DisplayName = &old.DisplayName
	}
	fields := []allmende.ProfileField{}
	for _, f := range old.Fields {
		fields = append(fields, allmende.ProfileField{Name: f.Name, Value: f.Value})
	}
	cmd.Fields = &fields
	for _, picture := range []struct {
		id string
		to **allmende.ID
	}{{old.Avatar, &cmd.Avatar}, {old.Header, &cmd.Header}} {
		if id := r.medium(picture.id); id != 0 {
			*picture.to = &id
		}
	}
	if _, err := r.Core.Do(r.ctx, cmd); err != nil {
		return r.stumble("@"+old.Handle, err)
	}
	return nil
}

// stumble notes what went wrong with one thing and lets the import go on,
// unless it was stopped.
func (r *reading) stumble(what string, err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	r.report.problem(what, err)
	return nil
}

// medium uploads a file of the archive, once; zero when it is not there or was refused.
func (r *reading) medium(id string) allmende.ID {
	if made, ok := r.media[id]; ok || id == "" {
		return made
	}
	m, ok := r.files[id]
	if !ok || m.File == "" {
		return 0
	}
	f, err := r.zip.Open(m.File)
	if err != nil {
		r.report.problem(m.File, allmende.E(allmende.Invalid, "cli.import_broken", "file", m.File).Because(err))
		return 0
	}
	defer f.Close()
	made, err := r.Upload(r.ctx, r.job.As, f, allmende.Upload{Via: "import", Name: m.Name, Alt: m.Alt, FocusX: m.FocusX, FocusY: m.FocusY})
	if err != nil {
		r.report.problem(m.File, err)
		return 0
	}
	if m.Licence != "" {
		if _, err := r.Core.Do(r.ctx, &allmende.SetMedia{Act: r.act(time.Time{}), Media: made, Licence: &m.Licence}); err != nil {
			r.report.problem(m.File, err)
		}
	}
	r.media[id] = made
	r.report.made("media")
	return made
}

// localID is the object behind an address: one that this import brought, or
// one of this server; zero when it is elsewhere.
func (r *reading) localID(address string) allmende.ID {
	if id := r.objects[address]; id != 0 {
		return id
	}
	rest, ok := strings.CutPrefix(address, r.BaseURL+"/o/")
	if !ok {
		return 0
	}
	id, err := allmende.ParseID(rest)
	if err != nil {
		return 0
	}
	if _, err := r.Read.Object(r.ctx, r.job.As, id); err != nil {
		return 0
	}
	return id
}
