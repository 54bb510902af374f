package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/config"
)

// give hands an order to the running server, so that nothing in its memory
// goes stale; when none runs the house is opened here.
func (s *shell) give(ctx context.Context, cfg config.Config, o app.Order) error {
	voice := s.voice()
	err := app.Ask(ctx, cfg, o, voice)
	if !errors.Is(err, app.ErrNoServer) {
		return err
	}
	if err := settled(cfg, o); err != nil {
		return err
	}
	log := cfg
	log.Log.Level = "warn"
	house, err := app.New(ctx, cfg, logger(log, s.err), app.Options{Version: s.version})
	if allmende.IsKind(err, allmende.Unavailable) {
		if again := app.Ask(ctx, cfg, o, voice); !errors.Is(again, app.ErrNoServer) {
			return again // a server that was just starting
		}
	}
	if err != nil {
		return err
	}
	return errors.Join(house.Carry(ctx, o, voice), house.Close())
}

// settled refuses what only makes sense where there is a community already: a
// backup of a mistyped directory would be one of nothing.
func settled(cfg config.Config, o app.Order) error {
	if o.User != nil || o.Demo || cfg.Postgres() {
		return nil // these two begin one
	}
	if _, err := os.Stat(cfg.DatabaseDSN()); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	dir, err := filepath.Abs(cfg.Data)
	if err != nil {
		return err
	}
	return allmende.E(allmende.NotFound, "error.no_community", "dir", dir)
}

// doctor looks at the running server, else at the house, and at what it can
// when that does not even open.
func (s *shell) doctor(ctx context.Context, cfg config.Config) error {
	voice := s.voice()
	err := app.Ask(ctx, cfg, app.Order{Lang: s.lang, Doctor: true}, voice)
	if !errors.Is(err, app.ErrNoServer) {
		return err
	}
	quiet := cfg
	quiet.Log.Level = "error"
	house, err := app.New(ctx, cfg, logger(quiet, s.err), app.Options{Version: s.version})
	if err != nil {
		return app.Doctor(ctx, app.Patient{Config: cfg, Broken: err}, s.lang, voice)
	}
	err = app.Doctor(ctx, app.Patient{Config: cfg, House: house}, s.lang, voice)
	return errors.Join(err, house.Close())
}

// voice prints results to standard output and what is going on to standard error.
func (s *shell) voice() app.Voice {
	line := func(w io.Writer) func(string) {
		return func(text string) { fmt.Fprintln(w, text) }
	}
	return app.Voice{Say: line(s.out), Note: line(s.err)}
}
