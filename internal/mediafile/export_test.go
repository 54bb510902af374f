package mediafile

import (
	"context"
	"sync/atomic"
	"time"
)

// Shell runs a shell script as a media tool would run, with these bounds; its output is returned.
func Shell(ctx context.Context, r *Runner, dir, script string, cpu int, wall, stall time.Duration, read ...string) (string, error) {
	out := &headWriter{max: 1 << 20}
	err := r.run(ctx, task{
		name: "shell", wall: wall, stall: stall, beat: &atomic.Int64{}, stdout: out,
		spec: childSpec{
			Mode: modeExec, Argv: []string{r.cfg.Shell, "-c", script}, Env: []string{"PATH=/usr/bin:/bin"},
			Dir: dir, Read: read, Memory: 1024 * mib, CPU: cpu, File: mib,
		},
	})
	return string(out.b), err
}

// ReadTags is what the child of Describe does.
var ReadTags = readTags
