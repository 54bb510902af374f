package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"allmende"
	"allmende/internal/app/apptest"
)

// toot is Debian's Mastodon client for the command line, with its own settings.
type toot struct {
	t      testing.TB
	server string // host and port
	home   string
}

func newToot(t testing.TB, server *apptest.Running) *toot {
	t.Helper()
	if _, err := exec.LookPath("toot"); err != nil {
		t.Skip("wants the program toot (Debian: apt-get install toot)")
	}
	return &toot{t: t, server: strings.TrimPrefix(server.URL, "http://"), home: t.TempDir()}
}

func (c *toot) command(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	c.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "toot", args...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+c.home, "HOME="+c.home, "LANG=C.UTF-8", "NO_PROXY=*", "no_proxy=*")
	return cmd
}

// run carries a command out that must succeed, and gives what it prints.
func (c *toot) run(args ...string) string {
	c.t.Helper()
	out, err := c.command(append(args, "--no-color")...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("toot %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// shows runs a command and fails the test unless all the texts are printed.
func (c *toot) shows(texts []string, args ...string) string {
	c.t.Helper()
	out := c.run(args...)
	for _, want := range texts {
		if !strings.Contains(out, want) {
			c.t.Fatalf("toot %s does not show %q:\n%s", strings.Join(args, " "), want, out)
		}
	}
	return out
}

var address = regexp.MustCompile(`https?://\S+/oauth/authorize/?\?\S+`)

// login lets the client in the way its user does: toot prints an address, the
// person opens it in a browser, signs in, says yes and copies the code back.
func (c *toot) login(m apptest.Member) {
	c.t.Helper()
	c.loginAs(m, m.Actor)
}

// loginAs lets the client in to act as somebody whom the person may speak for.
func (c *toot) loginAs(m apptest.Member, as allmende.ID) {
	c.t.Helper()
	cmd := c.command("login", "--instance", c.server, "--disable-https", "--no-color")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	printed, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		err := cmd.Wait()
		_ = write.Close() // ends the reading below
		done <- err
	}()
	if _, err := io.WriteString(stdin, "n\n"); err != nil { // do not open a browser
		c.t.Fatal(err)
	}
	var log bytes.Buffer
	lines := bufio.NewScanner(io.TeeReader(printed, &log))
	for lines.Scan() {
		if where := address.FindString(lines.Text()); where != "" {
			go io.WriteString(stdin, c.allow(where, m, as)+"\n") // toot reads it when it comes to it
		}
	}
	if err := <-done; err != nil || !strings.Contains(log.String(), "Successfully logged in") {
		c.t.Fatalf("toot login: %v\n%s", err, log.String())
	}
}

// allow signs in, says yes and reads the code.
func (c *toot) allow(where string, m apptest.Member, as allmende.ID) string {
	c.t.Helper()
	v := newVisitor(c.t)
	v.open(where)
	v.submit("password", map[string]string{"email": m.Name + "@example.org", "password": m.Password})
	answer := map[string]string{"do": "allow"}
	if as != m.Actor {
		answer["acting"] = as.String()
	}
	v.submit("do", answer)
	return v.text("code")
}

var posted = regexp.MustCompile(`posted: \S+/o/(\d+)`)

// post publishes and gives the status' id.
func (c *toot) post(args ...string) string {
	c.t.Helper()
	out := c.run(append([]string{"post"}, args...)...)
	m := posted.FindStringSubmatch(out)
	if m == nil {
		c.t.Fatalf("toot post printed no address:\n%s", out)
	}
	return m[1]
}

// call asks the API as another member would through an app.
func call(t testing.TB, server *apptest.Running, m apptest.Member, path string, body map[string]any) map[string]any {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, _ := http.NewRequest("POST", server.URL+path, bytes.NewReader(b))
	r.Header.Set("Authorization", "Bearer "+m.Token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s: %v %v", path, response.Status, out, err)
	}
	return out
}

func pictureFile(t testing.TB) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for x := range 320 {
		for y := range 200 {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	name := filepath.Join(t.TempDir(), "compost.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestT19_TootWorks(t *testing.T) {
	server := apptest.Start(t)
	c := newToot(t, server)
	ada, ben := server.Member("ada", ""), server.Member("ben", "")
	c.login(ada)
	c.shows([]string{"@ada", "Followers: 0"}, "whoami")
	c.shows([]string{"running Mastodon 4.5.0 (compatible; Allmende"}, "instance", "--disable-https")

	note := c.post("Worms like **compost** #Garten @ben", "--media", pictureFile(t), "--description", "A heap of compost", "--spoiler-text", "worms", "--language", "en")
	c.shows([]string{"Worms like compost #Garten @ben", "Media:", server.URL + "/media/", note}, "timeline", "--once")
	c.shows([]string{"Worms like compost"}, "timeline", "--once", "--public")
	c.shows([]string{"Worms like compost"}, "timeline", "--once", "--tag", "garten")

	reply := c.post("And rain", "--reply-to", note)
	c.shows([]string{"Worms like compost", "And rain", "In reply to " + note, reply}, "thread", note)

	other := call(t, server, ben, "/api/v1/statuses", map[string]any{"status": "Ben's own words"})["id"].(string)
	c.run("favourite", other)
	c.run("bookmark", other)
	c.shows([]string{"Ben's own words"}, "bookmarks", "--once")
	c.run("reblog", other)
	c.shows([]string{"@ada"}, "reblogged_by", other)
	c.shows([]string{"Reblogged @ben", "Ben's own words"}, "timeline", "--once")
	c.run("unreblog", other)
	c.run("unfavourite", other)
	c.run("pin", note)
	c.run("unpin", note)

	c.shows([]string{"You are now following ben"}, "follow", "ben")
	c.shows([]string{"@ben"}, "following", "ada")
	c.shows([]string{"@ada"}, "followers", "ben")
	c.shows([]string{"@ben", "Followers: 1"}, "whois", "ben")
	c.shows([]string{"@ben"}, "search", "ben")
	c.shows([]string{"#"}, "search", "garten")
	c.run("tags_follow", "garten")
	c.shows([]string{"#garten"}, "tags_followed")
	c.run("tags_unfollow", "garten")
	for _, there := range []string{"mute", "unmute", "block", "unblock"} {
		c.run(there, "ben")
	}

	call(t, server, ben, "/api/v1/statuses/"+note+"/favourite", nil)
	call(t, server, ben, "/api/v1/statuses", map[string]any{"status": "@ada indeed", "in_reply_to_id": note})
	hears(t, c, "favourited your status", "mentioned you in", "@ada indeed")
	c.run("notifications", "--clear")
	c.shows([]string{"No notification"}, "notifications")

	c.shows([]string{"scheduled for"}, "post", "Later", "--scheduled-in", "1h")
	c.shows([]string{"Status deleted"}, "delete", note)
	if out := c.run("timeline", "--once"); strings.Contains(out, "Worms like compost") {
		t.Errorf("the deleted status is still there:\n%s", out)
	}
	c.run("logout", "ada@"+c.server)
}

func TestT15_TwoPeopleRunAnOrganisationFromTheirApps(t *testing.T) {
	server := apptest.Start(t)
	first, second := newToot(t, server), newToot(t, server)
	ada, ben := server.Member("ada", ""), server.Member("ben", "")
	do := func(cmd allmende.Command) allmende.Result {
		t.Helper()
		res, err := server.House.Core.Do(t.Context(), cmd)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	byAda := allmende.Act{By: ada.Account, As: ada.Actor, Via: "web"}
	org := do(&allmende.NewActor{Act: byAda, Kind: allmende.Organization, Name: "auverein", DisplayName: "Au e.V."}).Actor
	do(&allmende.SetRole{Act: byAda, Actor: org, Member: ben.Actor, Role: allmende.RolePublisher})

	first.loginAs(ada, org)
	second.loginAs(ben, org)
	first.shows([]string{"@auverein", "Au e.V."}, "whoami")
	note := first.post("Market on Sunday")
	second.shows([]string{"@auverein", "Market on Sunday"}, "timeline", "--once")
	second.post("From nine o'clock", "--reply-to", note)
	first.shows([]string{"Market on Sunday", "From nine o'clock"}, "thread", note)

	v := newVisitor(t)
	v.open(server.URL + "/o/" + note)
	for _, want := range []string{"Au e.V.", "Market on Sunday", "From nine o'clock"} {
		if page := v.text("main"); !strings.Contains(page, want) {
			t.Errorf("the page does not show %q: %s", want, page)
		}
	}
	do(&allmende.SetRole{Act: byAda, Actor: org, Member: ben.Actor, Off: true})
	if out, err := second.command("post", "No more", "--no-color").CombinedOutput(); err == nil {
		t.Errorf("who left the team still writes in its name:\n%s", out)
	}
}

// hears waits until the notifications, which are told in the background, show
// all the texts.
func hears(t testing.TB, c *toot, texts ...string) {
	t.Helper()
	out := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		out = c.run("notifications")
		missing := 0
		for _, want := range texts {
			if !strings.Contains(out, want) {
				missing++
			}
		}
		if missing == 0 {
			return
		}
	}
	t.Fatalf("the notifications lack some of %q:\n%s", texts, out)
}
