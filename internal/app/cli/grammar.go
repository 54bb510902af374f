package cli

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"allmende"
	"allmende/internal/app"
)

// grammar is what can be typed. The help texts are message keys, filled in in
// the user's language; every setting is a flag besides.
type grammar struct {
	Config string `help:"${config_flag}" placeholder:"FILE"`

	Serve struct{} `cmd:"" help:"${serve}"`
	User  struct {
		Add userAdd `cmd:"" help:"${user_add}"`
	} `cmd:"" help:"${user}"`
	Token  token      `cmd:"" help:"${token}"`
	Demo   struct{}   `cmd:"" help:"${demo}"`
	Import importFile `cmd:"" help:"${import}"`
	Export export     `cmd:"" help:"${export}"`
	Backup struct {
		Dir string `arg:"" help:"${backup_dir}"`
	} `cmd:"" help:"${backup}"`
	Restore struct {
		Dir string `arg:"" help:"${restore_dir}"`
	} `cmd:"" help:"${restore}"`
	Doctor struct {
		RebuildSearch bool `help:"${doctor_rebuild_search}"`
	} `cmd:"" help:"${doctor}"`
	Settings struct{} `cmd:"" name:"config" help:"${config}"`
	Version  struct{} `cmd:"" help:"${version}"`
}

type importFile struct {
	File   string `arg:"" help:"${import_file}"`
	As     string `required:"" placeholder:"NAME" help:"${import_as}"`
	DryRun bool   `help:"${import_dry_run}"`
}

type export struct {
	Name string `arg:"" help:"${export_name}"`
	File string `arg:"" help:"${export_file}"`
}

type userAdd struct {
	Name      string `arg:"" help:"${user_name}"`
	Email     string `required:"" placeholder:"E" help:"${user_email}"`
	Password  string `required:"" placeholder:"P" help:"${user_password}"`
	Admin     bool   `xor:"rank" help:"${user_admin}"`
	Moderator bool   `xor:"rank" help:"${user_moderator}"`
	Confirmed bool   `help:"${user_confirmed}"`
}

type token struct {
	Name   string `arg:"" help:"${token_name}"`
	Scopes string `default:"read write follow push" help:"${token_scopes}"`
	As     string `placeholder:"ACTOR" help:"${token_as}"`
}

// help fills in the help texts of the grammar.
func (s *shell) help() kong.Vars {
	vars := kong.Vars{}
	for _, name := range []string{"config_flag", "serve", "user", "user_add", "user_name", "user_email", "user_password", "user_admin",
		"user_moderator", "user_confirmed", "token", "token_name", "token_scopes", "token_as", "demo", "config", "version",
		"import", "import_file", "import_as", "import_dry_run", "export", "export_name", "export_file", "backup", "backup_dir",
		"restore", "restore_dir", "doctor", "doctor_rebuild_search"} {
		vars[name] = s.t("cli.help_" + name)
	}
	return vars
}

// order makes of what was typed what a house can carry out. Paths become
// absolute, since a running server stands in another directory.
func (s *shell) order(command string) (app.Order, error) {
	o := app.Order{Lang: s.lang}
	switch command {
	case "user":
		u := s.typed.User.Add
		password, err := s.password(u.Password)
		if err != nil {
			return o, err
		}
		o.User = &app.NewUser{Name: u.Name, Email: u.Email, Password: password, Rank: rankOf(u.Admin, u.Moderator), Confirmed: u.Confirmed}
	case "token":
		o.Token = &app.NewToken{Name: s.typed.Token.Name, Scopes: s.typed.Token.Scopes, As: s.typed.Token.As}
	case "demo":
		o.Demo = true
	case "import":
		file, err := filepath.Abs(s.typed.Import.File)
		o.Import = &app.Import{File: file, As: s.typed.Import.As, Dry: s.typed.Import.DryRun}
		return o, err
	case "export":
		file, err := filepath.Abs(s.typed.Export.File)
		o.Export = &app.Export{Name: s.typed.Export.Name, File: file}
		return o, err
	case "backup":
		dir, err := filepath.Abs(s.typed.Backup.Dir)
		o.Backup = dir
		return o, err
	default:
		return o, allmende.E(allmende.Unsupported, "error.command", "verb", command)
	}
	return o, nil
}

// password reads it from standard input when a dash was typed, so that it does
// not stand in the list of processes.
func (s *shell) password(typed string) (string, error) {
	if typed != "-" {
		return typed, nil
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
