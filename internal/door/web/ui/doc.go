// Package ui is the visual language: one component for each thing that pages
// draw. It knows no database and no request; a component takes one view struct
// and asks the context for the language only.
//
// # A page
//
// A page is a Base and a content component:
//
//	ui.Page(ui.Base{Title: …, Lang: tag, Site: site, Viewer: viewer, CSRF: token, Path: r.URL.Path, Nav: "home"},
//		ui.Column(ui.Composer(c), ui.Stream(cards), ui.Pager(p))).Render(ctx, w)
//
// Base.Aside is the right column (TOC, SideBox), Base.Broad leaves it out for
// tables and galleries, Base.Plain leaves the rail out as well (sign-in).
//
// # Actions
//
// Every page ends with one empty form (id "act") that holds the token and the
// page's path as "back". A button anywhere posts through it:
//
//	<button form="act" formaction="/o/7/like">
//
// so cards hold no token and may be kept. The path is the thing's and the verb:
// POST /o/{id}/like, boost, save, pin, mute, delete (field undo=1 takes back);
// POST /@name/follow, unfollow, mute, unmute, block, unblock; /session/actor,
// /settings/theme, /logout. With Accept: application/json the answer is
// {"on": true, "count": 3}; a refusal is {"message": "…"}; without, a redirect
// to "back". Forms with fields of their own (Form, Composer, Editor) carry
// the token themselves.
//
// # Refused forms
//
// NotesOf turns an allmende.Error into notes; Form and Composer draw them above
// and each Field beside its input (Field.Error = notes.For("title")).
//
// # Markup
//
// SafeHTML is sanitised markup; trusted.go is the only file that writes it.
// There are no style attributes and no inline scripts, since the content
// policy refuses both. Icons are named as in assets/src/icons.
//
// Storybook draws everything with invented data.
package ui
