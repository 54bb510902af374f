package mediafile

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Description is what a file tells about itself in words. GPS and the like are in it: mind who gets to see it.
type Description struct {
	Exif Exif `json:"exif,omitzero"`
	Tags Tags `json:"tags,omitzero"`
}

// describeJob is what the child gets.
type describeJob struct {
	Type Type
}

// Describe reads EXIF of a picture or the tags of a sound in a child process. Broken ones give what could be read.
func (r *Runner) Describe(ctx context.Context, src, tmpDir string, t Type) (Description, error) {
	var d Description
	if t.Kind == Video {
		return d, nil
	}
	s, err := begin(src, tmpDir)
	if err != nil {
		return d, err
	}
	defer s.end()
	job, err := json.Marshal(describeJob{Type: t})
	if err != nil {
		return d, fmt.Errorf("describing: %w", err)
	}
	out := &headWriter{max: answerKept}
	err = r.run(ctx, task{
		name: "describe", wall: 30 * time.Second, stdout: out,
		spec: childSpec{Mode: modeDescribe, Job: job, Dir: s.dir, Read: s.read, Memory: r.cfg.ImageMemory, CPU: 10, File: mib},
	})
	if err != nil {
		return d, blameFile(err)
	}
	if err := json.Unmarshal(out.b, &d); err != nil {
		return d, fmt.Errorf("describing: %w", err)
	}
	return d, nil
}

func describeChild(raw json.RawMessage) error {
	var job describeJob
	if err := json.Unmarshal(raw, &job); err != nil {
		return err
	}
	f, err := os.Open(sourceName)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	var d Description
	switch job.Type.Kind {
	case Image:
		d.Exif = ReadExif(f, info.Size(), job.Type)
	case Audio:
		d.Tags = readTags(f, info.Size())
	}
	return json.NewEncoder(os.Stdout).Encode(d)
}
