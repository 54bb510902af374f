package ui

import "context"

// navItem is an entry of the rail or the bottom bar.
type navItem struct {
	Key, Href, Icon, Text string
	Count                 int
}

// navigation lists what exists on this instance for this viewer, no more.
func navigation(ctx context.Context, b Base) []navItem {
	v := b.Viewer
	items := []navItem{{Key: "home", Href: "/", Icon: "house", Text: T(ctx, "ui.home")}}
	add := func(when bool, n navItem) {
		if when {
			items = append(items, n)
		}
	}
	add(true, navItem{Key: "explore", Href: "/explore", Icon: "sprout", Text: T(ctx, "ui.explore")})
	add(true, navItem{Key: "wiki", Href: "/wiki", Icon: "book-open", Text: T(ctx, "ui.wiki")})
	add(true, navItem{Key: "library", Href: "/library", Icon: "images", Text: T(ctx, "ui.library")})
	add(b.Site.Groups, navItem{Key: "groups", Href: "/groups", Icon: "users-round", Text: T(ctx, "ui.groups")})
	add(true, navItem{Key: "people", Href: "/people", Icon: "users", Text: T(ctx, "ui.people")})
	add(b.Site.Events, navItem{Key: "events", Href: "/events", Icon: "calendar", Text: T(ctx, "ui.events")})
	if v == nil {
		return items
	}
	add(b.Site.Messages, navItem{Key: "messages", Href: "/messages", Icon: "mail", Text: T(ctx, "ui.messages")})
	add(true, navItem{Key: "notifications", Href: "/notifications", Icon: "bell", Text: T(ctx, "ui.notifications"), Count: v.Unread})
	add(v.Moderator || v.Admin, navItem{Key: "moderation", Href: "/moderation", Icon: "shield", Text: T(ctx, "ui.moderation"), Count: v.Queue})
	add(v.Admin, navItem{Key: "admin", Href: "/admin", Icon: "cog", Text: T(ctx, "ui.admin")})
	add(true, navItem{Key: "settings", Href: "/settings", Icon: "settings", Text: T(ctx, "ui.settings")})
	return items
}

// menuNavigation is what phones have no room for in their bar.
func menuNavigation(ctx context.Context, b Base) []navItem {
	var out []navItem
	for _, n := range navigation(ctx, b) {
		switch n.Key {
		case "people", "groups", "events", "messages", "moderation", "admin":
			out = append(out, n)
		}
	}
	return out
}

// bottomNavigation is the five of the phone's bar.
func bottomNavigation(ctx context.Context, b Base) []navItem {
	want := []string{"home", "explore", "wiki", "library", "notifications"}
	if b.Viewer == nil {
		want[4] = "people"
	}
	var out []navItem
	for _, n := range navigation(ctx, b) {
		for _, key := range want {
			if n.Key == key {
				if key == "notifications" {
					n.Text = T(ctx, "ui.news")
				}
				out = append(out, n)
			}
		}
	}
	return out
}

func flashIcon(kind string) string {
	switch kind {
	case "warn", "danger":
		return "triangle-alert"
	}
	return "circle-check"
}

func flashRole(kind string) string {
	if kind == "danger" {
		return "alert"
	}
	return "status"
}
