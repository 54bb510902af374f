package api

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"allmende"
)

// offer is a command of the table: the right an app needs, and what it is for.
type offer struct{ scope, about string }

// offers are the commands that programs may give. Others belong to doors
// that check more than a token: signing up, uploads, other servers, outlets.
var offers = map[string]offer{
	"publish":       {"write:statuses", "Publish a note, article or wiki page, or keep it as a draft or for later."},
	"edit":          {"write:statuses", "Change an object. With `base`, others' edits since are merged; what cannot be merged comes back as `Conflict` and nothing is saved."},
	"release":       {"write:statuses", "Publish a draft, a scheduled or a held object, now or at a time."},
	"revert":        {"write:statuses", "Make an older revision the current one; history stays."},
	"move":          {"write:statuses", "Rename a wiki page or an article; the old address redirects."},
	"grow":          {"write:statuses", "Make a note an article, or either a wiki page. Address, comments, authors and likes stay."},
	"consent":       {"write:statuses", "Answer the question whether an object one wrote along may become a wiki page."},
	"delete":        {"write:statuses", "Delete an object; its address answers 410 from then on."},
	"undelete":      {"write:statuses", "Take a deletion back within ten seconds."},
	"pin":           {"write:accounts", "Show an object first on its owner's page, or no longer."},
	"invite_author": {"write:statuses", "Ask someone to become co-author, or withdraw that."},
	"answer_invite": {"write:statuses", "Say yes or no to co-authorship, or leave it."},
	"react":         {"write:favourites", "Like, boost or bookmark an object, or take that back. A like may say one emoji."},
	"relate":        {"write:follows", "Follow, block or mute an actor, or no longer."},
	"answer_follow": {"write:follows", "Accept or reject someone who asked to follow, or remove a follower."},
	"follow_tag":    {"write:follows", "Follow a hashtag, or no longer."},
	"mute_thread":   {"write:mutes", "Stop notifications of a conversation, or start them again."},
	"mark_read":     {"write:statuses", "Keep how far a list was read."},
	"dismiss":       {"write:notifications", "Take away one of the actor's notifications, or all of them."},
	"set_account":   {"write:accounts", "Change language, theme and settings of one's own account."},
	"set_profile":   {"write:accounts", "Change what others see of the acting actor."},
	"set_media":     {"write:media", "Change description, focus, licence and place rule of a medium."},
	"report_to":     {"write:reports", "Report an actor or objects to the moderators."},
	"new_actor":     {"write:accounts", "Make an organisation that the account owns."},
	"set_role":      {"write:accounts", "Give someone a role in an organisation, or take it."},
	"decide":        {"admin:write", "Decide a report, or act on one's own account, with a reason for the author. Moderators."},
	"admit":         {"admin:write", "Approve or reject a sign-up. Moderators."},
	"set_rank":      {"admin:write", "Make someone moderator or admin, or member again. Admins."},
	"new_invite":    {"admin:write", "Make or withdraw an invitation code."},
	"set_site":      {"admin:write", "Change what the community says of itself. Admins."},
	"set_legal":     {"admin:write", "Save a new version of imprint, privacy notice, rules or about. Admins."},
}

// do carries out the command that the address names.
func (d *Door) do(c *call) error {
	name := chi.URLParam(c.Request, "command")
	o, offered := offers[name]
	if !offered {
		return allmende.E(allmende.NotFound, "error.no_command", "verb", name)
	}
	if err := d.writes(c, o.scope, ""); err != nil {
		return err
	}
	body, err := c.body()
	if err != nil {
		return err
	}
	cmd := allmende.Commands[name]()
	if err := decode(body, cmd); err != nil {
		return err
	}
	*cmd.From() = allmende.Act{By: c.viewer.Account, As: c.viewer.Actor, Via: "api", At: d.Now()}
	if p, ok := cmd.(*allmende.Publish); ok {
		p.Key = c.Header.Get("Idempotency-Key")
	}
	res, err := d.Core.Do(c.Context(), cmd)
	if err != nil {
		return err
	}
	return c.answer(res)
}

// commands documents what do offers.
func (d *Door) commands(c *call) error { return c.answer(Commands()) }

// Command documents one verb.
type Command struct {
	Name, About, Scope string
	Fields             []Field
}

// Field documents one field of a verb.
type Field struct{ Name, Type string }

// Commands documents every verb that programs may give, by name.
func Commands() []Command {
	var out []Command
	for name, o := range offers {
		c := Command{Name: name, About: o.about, Scope: o.scope}
		t := reflect.TypeOf(allmende.Commands[name]()).Elem()
		for i := range t.NumField() {
			if tag := jsonName(t.Field(i)); tag != "" {
				c.Fields = append(c.Fields, Field{tag, kindOf(t.Field(i).Type)})
			}
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Command) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// kindOf names a Go type as JSON's readers know it.
func kindOf(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return kindOf(t.Elem())
	case t == reflect.TypeFor[allmende.ID]():
		return "id (string)"
	case t == reflect.TypeFor[time.Time]():
		return "time (RFC 3339)"
	case t.Kind() == reflect.Slice:
		return "list of " + kindOf(t.Elem())
	case t.Kind() == reflect.Struct:
		var names []string
		for i := range t.NumField() {
			if tag := jsonName(t.Field(i)); tag != "" {
				names = append(names, tag)
			}
		}
		return "object {" + strings.Join(names, ", ") + "}"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int, t.Kind() == reflect.Float64:
		return "number"
	}
	return "text"
}

// Manual writes the reference of the commands as Markdown, for docs/api.md.
func Manual(w io.Writer) error {
	for _, c := range Commands() {
		if _, err := fmt.Fprintf(w, "\n### %s\n\n%s Scope: `%s`.\n\n", c.Name, c.About, c.Scope); err != nil {
			return err
		}
		if len(c.Fields) == 0 {
			continue
		}
		if _, err := fmt.Fprint(w, "| field | type |\n| --- | --- |\n"); err != nil {
			return err
		}
		for _, f := range c.Fields {
			if _, err := fmt.Fprintf(w, "| `%s` | %s |\n", f.Name, f.Type); err != nil {
				return err
			}
		}
	}
	return nil
}
