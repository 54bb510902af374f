package config

import (
	"bytes"
	"errors"
	"flag"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/v2"
)

var update = flag.Bool("update", false, "write the golden files")

func TestBadSettingsAreAllListedAtOnce(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test files: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, err := Load(Sources{File: path})
			if err == nil {
				t.Fatal("accepted")
			}
			golden(t, strings.TrimSuffix(path, ".toml")+".err", err.Error()+"\n")
		})
	}
}

func TestFaultsShowNoSecrets(t *testing.T) {
	for _, path := range []string{"testdata/bad/everything.toml", "testdata/bad/types.toml"} {
		_, err := Load(Sources{File: path})
		for _, secret := range []string{"secret", "1234567890123456"} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the faults show %q", path, secret)
			}
		}
	}
}

func TestWithoutSourcesTheDefaultsHold(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := Load(Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Default(), c, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func TestWithoutAnAddressItIsThatOfThePort(t *testing.T) {
	for listen, want := range map[string]string{":9001": "http://localhost:9001", "127.0.0.1:80": "http://localhost", "127.0.0.1:0": Default().URL} {
		c, err := Load(Sources{File: write(t, "listen = \""+listen+"\"\n")})
		if err != nil || c.URL != want {
			t.Errorf("listening at %s the address is %q, %v; should be %s", listen, c.URL, err, want)
		}
	}
}

func TestFlagsWinOverVariablesAndVariablesOverTheFile(t *testing.T) {
	file := write(t, `
url = "https://Social.Example.org:443/"
listen = ":1"
registration = "open"
proxies = ["127.0.0.1", "fd00::/8"]
mail = "smtp://mail.example.org:587"
federation = "allowlist"

[limits]
image = "1.5MB"
duration = "90m"
note = 500
`)
	c, err := Load(Sources{
		File: file,
		Environ: []string{"ALLMENDE_LISTEN=:2", "ALLMENDE_REGISTRATION=invite", "ALLMENDE_MAIL_FROM=Ada <ada@example.org>",
			"ALLMENDE_LANGUAGES=de", "ALLMENDE_TLS=on", "ALLMENDE_FEDERATION_ALLOW_PRIVATE=127.0.10.0/24, ::1", "ALLMENDE_TEST_POSTGRES=x", "HOME=/"},
		Flags: map[string]string{"listen": ":3", "limits.rate": "off", "log.level": "debug"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{
		"url": c.URL, "host": c.Host(), "listen": c.Listen, "registration": c.Registration, "mail": c.Mail.URL, "from": c.MailFrom(),
		"federation": c.Federation.Mode, "image": c.Limits.Image, "duration": c.Limits.Duration, "note": c.Limits.Note, "tls": c.TLS.Auto,
		"rate": c.Limits.RateOn(), "level": c.LogLevel(), "language": strings.Join(c.Languages, "+"), "secure": c.Secure(),
		"proxies": c.Proxies[0].String() + " " + c.Proxies[1].String(),
	}
	want := map[string]any{
		"url": "https://social.example.org", "host": "social.example.org", "listen": ":3", "registration": "invite",
		"mail": "smtp://mail.example.org:587", "from": "Ada <ada@example.org>", "federation": "allowlist", "image": Size(1_500_000),
		"duration": 90 * time.Minute, "note": 500, "tls": true, "rate": false, "level": slog.LevelDebug, "language": "de", "secure": true,
		"proxies": "127.0.0.1/32 fd00::/8",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for addr, allowed := range map[string]bool{"127.0.10.7": true, "::ffff:127.0.10.7": true, "::1": true, "127.0.0.1": false} {
		if c.Federation.Allows(netip.MustParseAddr(addr)) != allowed {
			t.Errorf("allow_private and %s: not %v", addr, allowed)
		}
	}
}

func TestTheFileIsFoundByVariableAndByName(t *testing.T) {
	file := write(t, `listen = ":7"`)
	c, err := Load(Sources{Environ: []string{EnvFile + "=" + file}})
	if err != nil || c.Listen != ":7" {
		t.Errorf("by variable: %q, %v", c.Listen, err)
	}
	t.Chdir(filepath.Dir(file))
	c, err = Load(Sources{})
	if err != nil || c.Listen != ":7" {
		t.Errorf("by its name in the working directory: %q, %v", c.Listen, err)
	}
}

func TestAMissingFileIsAFaultOnlyWhenAskedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, err := Load(Sources{File: "gone.toml"}); err == nil || err.Error() != "gone.toml: no such file" {
		t.Errorf("asked for: %v", err)
	}
	if _, err := Load(Sources{}); err != nil {
		t.Errorf("not asked for: %v", err)
	}
}

func TestUnknownVariablesAndFlagsAreFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Load(Sources{Environ: []string{"ALLMENDE_LISTENN=:1"}, Flags: map[string]string{"urll": "x"}})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Fatalf("want two faults, got %v", err)
	}
	if !strings.Contains(faults[1], "do you mean url?") {
		t.Errorf("no suggestion in %q", faults[1])
	}
}

func TestTakeFlagsLeavesTheRestAlone(t *testing.T) {
	flags, rest, err := TakeFlags([]string{"serve", "--listen", ":9", "--verbose", "--mail.from=a@example.org", "--federation=off", "x", "--", "--url=y"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"listen": ":9", "mail.from": "a@example.org", "federation": "off"}, flags); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"serve", "--verbose", "x", "--", "--url=y"}, rest); diff != "" {
		t.Error(diff)
	}
	if _, _, err := TakeFlags([]string{"--url"}); err == nil {
		t.Error("a flag without value was taken")
	}
}

func TestPlacesFollowTheDataDirectory(t *testing.T) {
	c := Default()
	c.Data = "/srv/a"
	got := []string{c.DatabaseDSN(), c.MediaDir(), c.SocketPath(), c.TempDir(), c.CertDir(), c.Domain(), c.MailFrom()}
	want := []string{"/srv/a/allmende.db", "/srv/a/media", "/srv/a/allmende.sock", "/srv/a/tmp", "/srv/a/certificates", "localhost:8080", "noreply@localhost"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.Database, c.Media, c.AccountDomain = "postgres://a:b@db/x", "s3://k:s@bucket?endpoint=https://s3.example.org", "example.org"
	if c.DatabaseDSN() != c.Database || !c.Postgres() || !c.S3() || c.MediaDir() != "" || c.Domain() != "example.org" {
		t.Errorf("elsewhere: %q %q %q", c.DatabaseDSN(), c.MediaDir(), c.Domain())
	}
}

func TestLogsShowNoSecrets(t *testing.T) {
	c := Default()
	c.Database, c.Media, c.Mail.URL, c.Metrics.Token = "postgres://a:hidden@db/x?password=hidden", "s3://k:hidden@b?endpoint=x", "smtp://u:hidden@h", "hidden"
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("settings", "config", c)
	if strings.Contains(b.String(), "hidden") || !strings.Contains(b.String(), "postgres://db/x") {
		t.Error(b.String())
	}
}

func TestThePrintedSampleIsTheDefaultWhenSwitchedOn(t *testing.T) {
	var b bytes.Buffer
	if err := Print(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/sample.toml", b.String())
	on := strings.Builder{}
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, "# ") {
			line = strings.TrimPrefix(line, "#")
		}
		on.WriteString(line)
	}
	k := koanf.New(".")
	if err := k.Load(raw(on.String()), toml.Parser()); err != nil {
		t.Fatal(err)
	}
	for _, key := range Keys() {
		if !k.Exists(key) {
			t.Errorf("%s is missing from the sample", key)
		}
	}
	c, err := Load(Sources{File: write(t, on.String())})
	if err != nil {
		t.Fatal(err)
	}
	c.Proxies, c.Federation.AllowPrivate = nil, nil // empty lists, not nil
	if diff := cmp.Diff(Default(), c); diff != "" {
		t.Error(diff)
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	docs, err := comments()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings() {
		if docs[s.owner+"."+s.name] == "" {
			t.Errorf("%s has no comment", s.key)
		}
	}
}

func TestDocsSettingsIsTheSample(t *testing.T) {
	sample, err := os.ReadFile("testdata/sample.toml")
	if err != nil {
		t.Fatal(err)
	}
	path := "../../docs/settings.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), "```toml\n")
	_, after, closed := strings.Cut(rest, "```\n")
	if !ok || !closed {
		t.Fatal("docs/settings.md has no block with the sample")
	}
	golden(t, path, before+"```toml\n"+string(sample)+"```\n"+after)
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "17": 17, "32MiB": 32 << 20, "1.5 kB": 1500, "4GB": 4e9, "2tib": 2 << 40, "5b": 5} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1XB", "99999999TiB", "nan", "inf"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
	for size, want := range map[Size]string{0: "0", 1000: "1000", 32 << 20: "32MiB", 3 << 30: "3GiB", 1536: "1536", 1 << 10: "1KiB"} {
		if size.String() != want {
			t.Errorf("%d is written %q", int64(size), size)
		}
	}
}

// raw gives koanf a text.
type raw string

func (r raw) ReadBytes() ([]byte, error)    { return []byte(r), nil }
func (r raw) Read() (map[string]any, error) { return nil, errors.ErrUnsupported }

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), DefaultFile)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// golden compares with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (run with -update after looking): %s", path, diff)
	}
}
