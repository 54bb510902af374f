// Package cli is the command line: it reads what was typed, asks the running
// server to do it or opens the house itself, and says what came of it.
//
// Exit codes: 0 done, 1 it failed, 2 it was not understood.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"allmende"
	"allmende/internal/app"
	"allmende/internal/config"
	"allmende/internal/lang"
	"allmende/internal/mediafile"
)

// The exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// shell is one run of the program.
type shell struct {
	version  string
	out, err io.Writer
	environ  []string
	lang     lang.Tag
	flags    map[string]string // settings given as flags
	typed    grammar
}

// Main runs the program and returns its exit code.
func Main(version string, args []string, out, errs io.Writer) int {
	if len(args) > 0 && args[0] == mediafile.ChildArg {
		mediafile.ChildMain(args[1:])
	}
	s := &shell{version: version, out: out, err: errs, environ: os.Environ()}
	s.lang = language(os.Getenv)
	return s.main(args)
}

func (s *shell) main(args []string) int {
	flags, rest, err := config.TakeFlags(args)
	if err != nil {
		return s.misunderstood(err)
	}
	s.flags = flags
	left := -1 // the exit code with which --help ends
	parser, err := kong.New(&s.typed, kong.Name("allmende"), kong.Description(s.t("cli.description")), kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { left = code }), kong.Vars(s.help()), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return s.fail(err)
	}
	switch {
	case len(rest) == 0:
		rest = []string{"--help"}
	case rest[0] == "help":
		rest = append(rest[1:], "--help")
	}
	chosen, err := parser.Parse(rest)
	switch {
	case left >= 0:
		return left
	case err != nil:
		return s.misunderstood(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx, strings.Fields(chosen.Command())[0]); err != nil {
		return s.fail(err)
	}
	return exitDone
}

// run carries out the chosen command.
func (s *shell) run(ctx context.Context, command string) error {
	switch command {
	case "version":
		_, err := fmt.Fprintln(s.out, s.version)
		return err
	case "config":
		return config.Print(s.out)
	}
	cfg, err := config.Load(config.Sources{File: s.typed.Config, Environ: s.environ, Flags: s.flags})
	if err != nil {
		return err
	}
	switch command {
	case "serve":
		return s.serve(ctx, cfg)
	case "doctor":
		if s.typed.Doctor.RebuildSearch {
			return s.give(ctx, cfg, app.Order{Lang: s.lang, RebuildSearch: true})
		}
		return s.doctor(ctx, cfg)
	case "restore":
		return app.Restore(ctx, cfg, s.typed.Restore.Dir, s.lang, s.voice())
	}
	order, err := s.order(command)
	if err != nil {
		return err
	}
	return s.give(ctx, cfg, order)
}

// serve runs the server until it is told to stop.
func (s *shell) serve(ctx context.Context, cfg config.Config) error {
	log := logger(cfg, s.err)
	house, err := app.New(ctx, cfg, log, app.Options{Version: s.version, SetUpAt: s.welcome})
	if err != nil {
		return err
	}
	log.Info("allmende", "version", s.version, "settings", cfg)
	err = house.Serve(ctx)
	return errors.Join(err, house.Close())
}

// welcome tells who started the first server, apart from the log and in their
// language, where it goes on.
func (s *shell) welcome(address string) {
	fmt.Fprintf(s.out, "\n%s\n\n    %s\n\n", s.t("cli.set_up"), address)
}

// logger writes what happens to standard error.
func logger(cfg config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel()}
	if cfg.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// fail says what went wrong.
func (s *shell) fail(err error) int {
	var faults config.Faults
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.err, s.t("cli.cancelled"))
	case errors.As(err, &faults):
		fmt.Fprintln(s.err, s.t("cli.settings_wrong"))
		for _, f := range faults {
			fmt.Fprintln(s.err, "  "+f)
		}
	default:
		fmt.Fprintln(s.err, app.Explain(s.lang, err))
	}
	return exitFailed
}

// misunderstood says that the command line makes no sense.
func (s *shell) misunderstood(err error) int {
	fmt.Fprintln(s.err, s.t("cli.usage", "why", err.Error()))
	return exitUsage
}

func (s *shell) t(key string, args ...any) string { return lang.T(s.lang, key, args...) }

// language is what LC_ALL, LC_MESSAGES or LANG ask for: "de_DE.UTF-8" is German.
func language(getenv func(string) string) lang.Tag {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			code, _, _ := strings.Cut(v, ".")
			return lang.Match(strings.ReplaceAll(code, "_", "-"), "")
		}
	}
	return lang.En
}

// rankOf reads the two flags that make somebody staff.
func rankOf(admin, moderator bool) allmende.Rank {
	switch {
	case admin:
		return allmende.Admin
	case moderator:
		return allmende.Moderator
	}
	return allmende.Member
}
