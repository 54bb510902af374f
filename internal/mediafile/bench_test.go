package mediafile_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"allmende/internal/mediafile"
)

// cost is what something took: the CPU time of the children it started and of this process, and the wall.
type cost struct{ cpu, wall time.Duration }

func measure(b *testing.B, f func()) cost {
	b.Helper()
	cpu := func() time.Duration {
		var total time.Duration
		for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
			var u syscall.Rusage
			if err := syscall.Getrusage(who, &u); err != nil {
				b.Fatal(err)
			}
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
		return total
	}
	before, began := cpu(), time.Now()
	f()
	return cost{cpu() - before, time.Since(began)}
}

func bare(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// compare runs ours and the bare tools in turn and reports the ratios; MEDIA's targets are ratios, so that they
// mean the same on a slower machine.
func compare(b *testing.B, ours, tools func(dir string)) {
	b.Helper()
	var our, their cost
	for b.Loop() {
		o := measure(b, func() { ours(b.TempDir()) })
		t := measure(b, func() { tools(b.TempDir()) })
		our, their = cost{our.cpu + o.cpu, our.wall + o.wall}, cost{their.cpu + t.cpu, their.wall + t.wall}
	}
	b.ReportMetric(our.cpu.Seconds()/their.cpu.Seconds(), "cpu-ratio")
	b.ReportMetric(our.wall.Seconds()/their.wall.Seconds(), "wall-ratio")
	b.ReportMetric(our.cpu.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric((our.wall-2*their.wall).Seconds()/float64(b.N), "s-beyond-2x-wall")
}

// Target: at most 1.5 times the bare tool, at most 2.5 CPU seconds.
func BenchmarkPhotoOf24MP(b *testing.B) {
	r := runner(b)
	photo := filepath.Join(b.TempDir(), "large.jpg")
	bare(b, "vips", "resize", gpsPhoto, photo+"[Q=92]", "1.4142")
	compare(b, func(dir string) {
		if _, err := r.Images(context.Background(), photo, dir, mediafile.ImageOptions{}); err != nil {
			b.Fatal(err)
		}
	}, func(dir string) {
		for _, size := range []string{"2048", "1280", "640", "320"} {
			bare(b, "vipsthumbnail", photo, "-s", size, "-o", filepath.Join(dir, size+".webp[Q=80,strip]"))
		}
		for _, size := range []string{"1280", "640"} {
			bare(b, "vipsthumbnail", photo, "-s", size, "-o", filepath.Join(dir, size+".jpg[Q=82,strip]"))
		}
	})
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err == nil {
		b.ReportMetric(float64(u.Maxrss)/1024, "MB-rss")
	}
}

// Target: at most a second beyond twice the bare repacking.
func BenchmarkFilmThatBrowsersPlay(b *testing.B) {
	r := runner(b)
	info := probe(b, longFilm)
	compare(b, func(dir string) {
		if set, err := r.Video(context.Background(), longFilm, info, dir, nil); err != nil || !set.Direct {
			b.Fatal(err, set.Direct)
		}
	}, func(dir string) {
		bare(b, "ffmpeg", "-nostdin", "-v", "error", "-i", longFilm, "-c", "copy", "-movflags", "+faststart", filepath.Join(dir, "a.mp4"))
	})
}

// Target: at most 1.3 times the bare encoding.
func BenchmarkFilmThatIsEncoded(b *testing.B) {
	r, ctx := runner(b), context.Background()
	film := generate(b, "a.mkv", "-stream_loop", "3", "-i", film720, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv422p", "-c:a", "copy")
	info, err := r.Probe(ctx, film, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	compare(b, func(dir string) {
		if set, err := r.Video(ctx, film, info, dir, nil); err != nil || set.Direct {
			b.Fatal(err, set.Direct)
		}
	}, func(dir string) {
		bare(b, "ffmpeg", "-nostdin", "-v", "error", "-i", film, "-vf", "scale=640:360,format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
			"-maxrate", "1000k", "-bufsize", "2000k", "-c:a", "aac", "-b:a", "128k", filepath.Join(dir, "a.mp4"))
	})
}

// Target: at most 1.2 times the bare command.
func BenchmarkSound(b *testing.B) {
	r := runner(b)
	info := probe(b, longMP3)
	compare(b, func(dir string) {
		if _, err := r.Audio(context.Background(), longMP3, info, dir, nil); err != nil {
			b.Fatal(err)
		}
	}, func(dir string) {
		bare(b, "ffmpeg", "-nostdin", "-v", "error", "-i", longMP3, "-map", "0:a:0", "-c:a", "libopus", "-b:a", "96k", filepath.Join(dir, "a.opus"),
			"-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", filepath.Join(dir, "a.m4a"), "-map", "0:a:0", "-f", "s16le", "-ac", "1", "-ar", "8000", filepath.Join(dir, "a.pcm"))
	})
}

// Target: at most a millisecond, without any other program.
func BenchmarkSniffProbeAndLimits(b *testing.B) {
	limits := mediafile.DefaultLimits()
	for _, path := range []string{gpsPhoto, gpsFilm, longFilm, longMP3} {
		b.Run(filepath.Ext(path), func(b *testing.B) {
			f, err := os.Open(path)
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			stat, err := f.Stat()
			if err != nil {
				b.Fatal(err)
			}
			head := make([]byte, mediafile.SniffLen)
			for b.Loop() {
				if _, err := f.ReadAt(head, 0); err != nil {
					b.Fatal(err)
				}
				kind, err := mediafile.Sniff(head, stat.Size())
				if err != nil {
					b.Fatal(err)
				}
				info, err := mediafile.Probe(f, stat.Size(), kind)
				if err != nil || !info.Complete || limits.Check(info) != nil {
					b.Fatal(err, info)
				}
			}
		})
	}
}

func BenchmarkScrub(b *testing.B) {
	for name, path := range map[string]string{"jpeg": gpsPhoto, "mp4": longFilm} {
		b.Run(name, func(b *testing.B) {
			body := load(b, path)
			kind, err := sniff(body)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(body)))
			var out bytes.Buffer
			for b.Loop() {
				out.Reset()
				if err := mediafile.Scrub(kind, bytes.NewReader(body), int64(len(body)), &out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
