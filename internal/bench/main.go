// Command bench measures a house against the limits of the machine it runs on
// and writes docs/benchmarks.md. Every figure stands beside one of a bare Go
// handler that writes the same bytes, asked by the same driver in the same run,
// since machines differ. The house runs in a process of its own.
//
//	go run ./internal/bench -objects 200000 -members 1000 -out docs/benchmarks.md
//	go run ./internal/bench -keep /tmp/house -only 'wiki page' -profile cpu.out
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"allmende/internal/app"
	"allmende/internal/config"
	"allmende/internal/mediafile"
)

// options say how large the house is and how long each thing is measured.
type options struct {
	members, objects, follows int
	seconds, publish, warm    float64
	out, keep, profile        string
	only                      *regexp.Regexp
	growth                    []int // sizes to compare, in objects; empty: one size is measured
}

// rest is how long a server may rest after a load before its memory is looked
// at again.
const rest = 10 * time.Second

func main() {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	if len(os.Args) == 4 && os.Args[1] == serveArg {
		fail(serveHouse(os.Args[2], os.Args[3]))
		return
	}
	var o options
	var only string
	flag.IntVar(&o.members, "members", 1000, "members")
	flag.IntVar(&o.objects, "objects", 200_000, "objects of all kinds")
	flag.IntVar(&o.follows, "follows", 200, "follows of each member")
	flag.Float64Var(&o.seconds, "seconds", 3, "seconds for each measurement")
	flag.Float64Var(&o.warm, "warm", 15, "seconds of asking before what is spread over all objects is measured")
	flag.Float64Var(&o.publish, "publish", 60, "seconds of publishing")
	flag.StringVar(&o.out, "out", "", "file for the report; empty: standard output only")
	flag.StringVar(&o.keep, "keep", "", "directory that keeps the data for the next run; empty: a passing one")
	flag.StringVar(&only, "only", "", "measures whose names match this expression; empty: all")
	flag.StringVar(&o.profile, "profile", "", "where profiles of the processor begin: .read and .write of the server (with .heap, of its memory), .search and .save of these")
	flag.Func("growth", "numbers of objects, with commas between: compares what reading costs in houses of these sizes, instead of all else", o.sizes)
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(only); err == nil {
		err = run(o)
	}
	fail(err)
}

// sizes reads "100000,1000000".
func (o *options) sizes(s string) error {
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1000 {
			return fmt.Errorf("%q is not a number of objects, 1000 or more", part)
		}
		o.growth = append(o.growth, n)
	}
	return nil
}

// directory is where the data lie; forget removes them unless they are kept.
func (o *options) directory() (dir string, forget func() error, err error) {
	if o.keep != "" {
		return o.keep, func() error { return nil }, nil
	}
	dir, err = os.MkdirTemp("", "allmende-bench")
	return dir, func() error { return os.RemoveAll(dir) }, err
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) (err error) {
	r := &report{options: o}
	if len(o.growth) > 0 {
		if err := measureGrowth(o, r); err != nil {
			return err
		}
		return r.write(o.out)
	}
	dir, forget, err := o.directory()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, forget()) }()
	cfg, err := settings(dir)
	if err != nil {
		return err
	}
	w, err := filledHouse(cfg, o, r)
	if err != nil {
		return fmt.Errorf("filling the house: %w", err)
	}
	for _, part := range []func(config.Config, *world, options, *report) error{measureReading, measureInside, measureWriting} {
		if err := part(cfg, w, o, r); err != nil {
			return err
		}
	}
	return r.write(o.out)
}

// settings are those of a house in a directory, at an address that is free.
func settings(dir string) (config.Config, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return config.Config{}, err
	}
	cfg := config.Default()
	cfg.URL, cfg.Listen, cfg.Data = "http://"+l.Addr().String(), l.Addr().String(), dir
	cfg.Registration, cfg.Limits.Rate = "open", "off"
	return cfg, l.Close()
}

func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// filledHouse makes the data with a house of its own, so that the measured one
// starts with it; or finds what an earlier run kept.
func filledHouse(cfg config.Config, o options, r *report) (*world, error) {
	file := filepath.Join(cfg.Data, "world.json")
	w := &world{}
	if text, err := os.ReadFile(file); err == nil {
		r.note("data", "kept from an earlier run")
		return w, json.Unmarshal(text, w)
	}
	ctx := context.Background()
	house, err := app.New(ctx, cfg, quiet(), app.Options{Version: "bench"})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	w, err = fill(ctx, house, o)
	if err := errors.Join(err, house.Close()); err != nil {
		return nil, err
	}
	r.note("data", fmt.Sprintf("%d members with %d follows each, %d objects; made in %s", o.members, o.follows, o.objects, time.Since(start).Round(time.Second)))
	text, err := json.Marshal(w)
	if err != nil {
		return nil, err
	}
	return w, os.WriteFile(file, text, 0o600)
}

// withServer starts the house with its data in a process of its own.
func withServer(cfg config.Config, o options, what string, do func(s *server, started time.Duration) error) (err error) {
	s, took, err := startServer(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if o.profile != "" {
		finish, err := s.profiled(o.profile + "." + what)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, finish()) }()
	}
	return do(s, took)
}

// measureReading asks it over HTTP.
func measureReading(cfg config.Config, w *world, o options, r *report) error {
	return withServer(cfg, o, "read", func(s *server, started time.Duration) error {
		r.figure("start with the data to the first answer, the process's own start included", fmt.Sprintf("%d ms", started.Milliseconds()), "≤ 500 ms")
		r.figure("memory after the start", s.memory(), "≤ 80 MB idle")
		err := measurePaths(s, w, o, r)
		r.figure("memory at the end of all that was read", s.memory(), "≤ 200 MB")
		time.Sleep(rest)
		r.figure(fmt.Sprintf("memory %.0f s later", rest.Seconds()), s.memory(), "≤ 200 MB")
		return err
	})
}

// measureWriting publishes over HTTP. It comes last, since it leaves more data
// behind than the other figures are meant for.
func measureWriting(cfg config.Config, w *world, o options, r *report) error {
	if !o.only.MatchString("publish") {
		return nil
	}
	return withServer(cfg, o, "write", func(s *server, _ time.Duration) error {
		err := publishing(s, w, o, r)
		r.figure("memory after publishing", s.memory(), "≤ 200 MB")
		return err
	})
}

// measureInside asks a house in this process what HTTP would only blur.
func measureInside(cfg config.Config, w *world, o options, r *report) (err error) {
	if !o.only.MatchString("search") && !o.only.MatchString("seen") && !o.only.MatchString("save") {
		return nil
	}
	ctx, stop := context.WithCancel(context.Background())
	house, err := app.New(ctx, cfg, quiet(), app.Options{Version: "bench"})
	if err != nil {
		stop()
		return err
	}
	done := make(chan error, 1)
	go func() { done <- house.Serve(ctx) }()
	defer func() {
		stop()
		err = errors.Join(err, <-done, house.Close())
	}()
	if o.only.MatchString("search") {
		err := profiling(o, "search", func() error { return searching(house, w, r) })
		if err != nil {
			return err
		}
	}
	if o.only.MatchString("seen") {
		seen, err := seenByFollowers(ctx, house, w)
		if err != nil {
			return err
		}
		r.figure(fmt.Sprintf("publish until the last of %d followers' homes shows it, median", len(w.Members)-1), fmt.Sprintf("%.1f ms", ms(seen)), "≤ 100 ms for 1,000")
	}
	if o.only.MatchString("save") {
		return profiling(o, "save", func() error { return saving(ctx, house, w, o, r) })
	}
	return nil
}

// profiling writes a profile of what is done in this process, if one is wanted.
func profiling(o options, what string, do func() error) error {
	if o.profile == "" {
		return do()
	}
	if err := beginProfile(o.profile + "." + what); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return do()
}
