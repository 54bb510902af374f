// Command bench measures a house against the limits of the machine it runs on
// and writes docs/benchmarks.md. Every figure stands beside one of a bare Go
// handler that writes the same bytes, asked by the same driver in the same run,
// since machines differ.
//
//	go run ./internal/bench -objects 200000 -members 1000 -out docs/benchmarks.md
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"allmende/internal/app"
	"allmende/internal/config"
	"allmende/internal/mediafile"
)

// options say how large the house is and how long each thing is measured.
type options struct {
	members, objects, follows int
	seconds                   float64
	out                       string
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == mediafile.ChildArg {
		mediafile.ChildMain(os.Args[2:])
	}
	var o options
	flag.IntVar(&o.members, "members", 1000, "members")
	flag.IntVar(&o.objects, "objects", 200_000, "objects of all kinds")
	flag.IntVar(&o.follows, "follows", 200, "follows of each member")
	flag.Float64Var(&o.seconds, "seconds", 3, "seconds for each measurement")
	flag.StringVar(&o.out, "out", "", "file for the report; empty: standard output only")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	dir, err := os.MkdirTemp("", "allmende-bench")
	if err != nil {
		return err
	}
	defer func() {
		if err := os.RemoveAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	cfg := config.Default()
	cfg.URL, cfg.Listen, cfg.Data = "http://"+l.Addr().String(), l.Addr().String(), dir
	cfg.Registration, cfg.Limits.Rate = "open", "off"
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if err := l.Close(); err != nil {
		return err
	}
	r := &report{options: o}
	w, err := fillHouse(cfg, log, o, r)
	if err != nil {
		return fmt.Errorf("filling the house: %w", err)
	}
	if err := measureHouse(cfg, log, w, o, r); err != nil {
		return err
	}
	return r.write(o.out)
}

// fillHouse makes the data with a house of its own, so that the measured one
// starts with it.
func fillHouse(cfg config.Config, log *slog.Logger, o options, r *report) (*world, error) {
	ctx := context.Background()
	house, err := app.New(ctx, cfg, log, app.Options{Version: "bench"})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	w, err := fill(ctx, house, o)
	if closeErr := house.Close(); err == nil {
		err = closeErr
	}
	r.note("data", fmt.Sprintf("%d members with %d follows each, %d objects; made in %s", o.members, o.follows, o.objects, time.Since(start).Round(time.Second)))
	return w, err
}

// measureHouse starts the house with its data and asks it everything.
func measureHouse(cfg config.Config, log *slog.Logger, w *world, o options, r *report) (err error) {
	ctx, stop := context.WithCancel(context.Background())
	start := time.Now()
	house, err := app.New(ctx, cfg, log, app.Options{Version: "bench"})
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
	if err := awaitAnswer(cfg.URL + "/readyz"); err != nil {
		return err
	}
	r.figure("start with the data to the first answer", fmt.Sprintf("%d ms", time.Since(start).Milliseconds()), "≤ 500 ms")
	r.figure("memory after the start (whole process, driver included)", memory(), "≤ 80 MB idle")
	if err := readingPaths(cfg.URL, house, w, o, r); err != nil {
		return err
	}
	if err := writingPaths(ctx, cfg.URL, house, w, o, r); err != nil {
		return err
	}
	r.figure("memory after the load (whole process, driver included)", memory(), "≤ 200 MB")
	return nil
}

// awaitAnswer asks until a server answers, at most five seconds.
func awaitAnswer(url string) error {
	var last error
	for range 500 {
		resp, err := http.Get(url) //nolint:gosec // our own server on loopback
		if err == nil {
			return resp.Body.Close()
		}
		last = err
		time.Sleep(10 * time.Millisecond)
	}
	return last
}
