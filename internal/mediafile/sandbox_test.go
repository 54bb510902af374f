package mediafile_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"allmende/internal/mediafile"
)

func TestTheKernelOfCILocksAllDoors(t *testing.T) {
	if got := runner(t).Sandbox(); got != "landlock, seccomp, rlimits" {
		t.Errorf("active: %s", got)
	}
}

func shell(t *testing.T, script string, read ...string) (string, error) {
	t.Helper()
	return mediafile.Shell(context.Background(), runner(t), t.TempDir(), script, 5, 20*time.Second, 0, read...)
}

func TestAToolReadsItsSourceAndWritesItsDirectoryOnly(t *testing.T) {
	given := write(t, "given", []byte("the source"))
	other := write(t, "other", []byte("a secret"))
	if out, err := shell(t, `cat "`+given+`" && echo made > result && cat result`, given); err != nil || out != "the sourcemade\n" {
		t.Errorf("the allowed: %q, %v", out, err)
	}
	for name, script := range map[string]string{
		"another file":          `cat "` + other + `"`,
		"the users":             "cat /etc/passwd",
		"writing its source":    `echo x >> "` + given + `"`,
		"writing beside":        `echo x > "` + filepath.Dir(other) + `/new"`,
		"writing to /tmp":       "echo x > /tmp/allmende-escape",
		"a link to the outside": `ln -s /etc/passwd link && cat link`,
		"another's process":     "cat /proc/1/environ",
		"a listing of /":        "ls /",
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := shell(t, script, given); err == nil {
				t.Errorf("could: %q", out)
			}
		})
	}
	if b, err := os.ReadFile(given); err != nil || string(b) != "the source" {
		t.Errorf("the source is now %q, %v", b, err)
	}
}

func TestAToolHasNoNetwork(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Fatal(err)
	}
	arrived := make(chan struct{}, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			arrived <- struct{}{}
			c.Close()
		}
	}()
	out, err := shell(t, ffmpeg+" -nostdin -v error -i tcp://"+l.Addr().String()+"?timeout=1000000 -f null - 2>&1")
	if err == nil || !strings.Contains(out, "not permitted") {
		t.Errorf("connecting: %q, %v", out, err)
	}
	select {
	case <-arrived:
		t.Error("the call arrived")
	default:
	}
}

func TestAToolKnowsNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("ALLMENDE_SECRET", "4711")
	if out, err := shell(t, "set"); err != nil || strings.Contains(out, "4711") || strings.Contains(out, "ALLMENDE") {
		t.Errorf("%v\n%s", err, out)
	}
}

func reason(err error) string {
	var t *mediafile.ToolError
	if errors.As(err, &t) {
		return t.Reason
	}
	return ""
}

func TestAToolEndsAtItsBounds(t *testing.T) {
	r, ctx := runner(t), context.Background()
	for name, c := range map[string]struct {
		script      string
		cpu         int
		wall, stall time.Duration
		reason      string
	}{
		"of CPU time":    {"while :; do :; done", 1, 20 * time.Second, 0, mediafile.ReasonCPU},
		"of time":        {"sleep 30", 5, 300 * time.Millisecond, 0, mediafile.ReasonTimeout},
		"of patience":    {"sleep 30", 5, 20 * time.Second, 200 * time.Millisecond, mediafile.ReasonStalled},
		"of memory":      {"dd if=/usr/bin/ffmpeg of=/dev/null bs=2000M count=1 || { echo out of memory >&2; exit 1; }", 5, 20 * time.Second, 0, mediafile.ReasonMemory},
		"of a full disk": {"echo 'x: No space left on device' >&2; exit 1", 5, 20 * time.Second, 0, mediafile.ReasonNoSpace},
		"of file size":   {"head -c 3000000 /usr/bin/ffmpeg > large; test $(wc -c < large) -le 1048576 && exit 1", 5, 20 * time.Second, 0, mediafile.ReasonFailed},
		"of its wits":    {"exit 3", 5, 20 * time.Second, 0, mediafile.ReasonFailed},
		"by another":     {"kill -9 $$", 5, 20 * time.Second, 0, mediafile.ReasonKilled},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := mediafile.Shell(ctx, r, t.TempDir(), c.script, c.cpu, c.wall, c.stall)
			if got := reason(err); got != c.reason {
				t.Errorf("%v, want %s", err, c.reason)
			}
		})
	}
}

func TestCancellingEndsTheWholeFamily(t *testing.T) {
	r, dir := runner(t), t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := mediafile.Shell(ctx, r, dir, "sleep 300 & echo $! > pid.new; mv pid.new pid; wait", 5, time.Minute, 0)
		done <- err
	}()
	pid := 0
	for deadline := time.Now().Add(20 * time.Second); pid == 0 && time.Now().Before(deadline); <-time.After(10 * time.Millisecond) {
		if b, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil {
			pid, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
	}
	if pid == 0 {
		t.Fatal("the grandchild never began")
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("run gives %v", err)
	}
	for deadline := time.Now().Add(5 * time.Second); alive(pid); <-time.After(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the grandchild lives on")
		}
	}
}

// alive says whether a process runs; one that only waits to be fetched does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !strings.Contains(string(b), ") Z ")
}

func TestACancelledPhotoLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	_, err := runner(t).Images(ctx, gpsPhoto, dir, mediafile.ImageOptions{})
	if !errors.Is(err, context.Canceled) || mediafile.RefusalCode(err) != "" {
		t.Errorf("%v, want the context's error", err)
	}
	if extra := leftovers(t, dir, nil); len(extra) > 0 {
		t.Errorf("left behind: %v", extra)
	}
}

func TestAMissingToolIsNotTheFilesFault(t *testing.T) {
	r, err := mediafile.NewRunner(mediafile.Config{FFmpeg: "none", FFprobe: "none"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Video(context.Background(), gpsFilm, probe(t, gpsFilm), t.TempDir(), nil)
	if reason(err) != mediafile.ReasonMissing || mediafile.RefusalCode(err) != "" {
		t.Errorf("%v", err)
	}
	if got := strings.Join(r.Missing(), " "); got != "ffmpeg ffprobe" {
		t.Errorf("missing: %s", got)
	}
}

func TestTheHiddenCommandRefusesNonsense(t *testing.T) {
	out, err := exec.Command(os.Args[0], mediafile.ChildArg, "nonsense").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "inner command") {
		t.Errorf("%v %s", err, out)
	}
}
