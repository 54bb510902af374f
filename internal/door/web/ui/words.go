package ui

import (
	"context"
	"encoding/json"
	"strings"
)

func ballot(multiple bool) string {
	if multiple {
		return "checkbox"
	}
	return "radio"
}

func undoValue(on bool) string {
	if on {
		return "1"
	}
	return ""
}

func pinWord(ctx context.Context, on bool) string {
	if on {
		return T(ctx, "ui.unpin")
	}
	return T(ctx, "ui.pin")
}

func muteWord(ctx context.Context, on bool) string {
	if on {
		return T(ctx, "ui.unmute_thread")
	}
	return T(ctx, "ui.mute_thread")
}

func attachIcon(kind string) string {
	switch kind {
	case "video", "gif":
		return "film"
	case "audio":
		return "music"
	}
	return "image"
}

// audienceIcon reads the kind from an option's value ("circle:12").
func audienceIcon(value string) string {
	key, _, _ := strings.Cut(value, ":")
	return AudienceView{Key: key}.icon()
}

// composerWords are the few texts that the composer's script says, as JSON.
func composerWords(ctx context.Context) string {
	words, err := json.Marshal(map[string]string{
		"alt":     T(ctx, "ui.alt_label"),
		"ask":     T(ctx, "ui.alt_ask"),
		"remove":  T(ctx, "ui.remove"),
		"failed":  T(ctx, "ui.upload_failed"),
		"saved":   T(ctx, "ui.draft_saved"),
		"remind":  T(ctx, "ui.alt_reminder"),
		"caption": T(ctx, "ui.figure_caption"),
		"sending": T(ctx, "ui.insert_sending"),
	})
	if err != nil {
		return "{}"
	}
	return string(words)
}

func (c ComposerView) placeholder(ctx context.Context) string {
	if c.Placeholder != "" {
		return c.Placeholder
	}
	return T(ctx, "ui.whats_new")
}

func (c ComposerView) submitWord(ctx context.Context) string {
	switch {
	case c.Edit != "":
		return T(ctx, "ui.save_changes")
	case c.ReplyTo != nil:
		return T(ctx, "ui.reply")
	}
	return T(ctx, "ui.publish")
}

// growWord says what the thing can still become.
func (c CardView) growWord() string {
	if c.Kind == Article {
		return "ui.grow_page"
	}
	return "ui.grow"
}

// moreWord names what is folded away below the text.
func (c ComposerView) moreWord(ctx context.Context) string {
	if c.Edit != "" {
		return T(ctx, "ui.more_options_edit")
	}
	return T(ctx, "ui.more_options")
}

func (e EditorView) submitWord(ctx context.Context) string {
	if e.New {
		return T(ctx, "ui.publish")
	}
	return T(ctx, "ui.save_changes")
}

func (e EditorView) authorHandles() string {
	var out []string
	for _, a := range e.Authors {
		out = append(out, "@"+a.Handle)
	}
	return strings.Join(out, " ")
}

func (c CardView) authorName() string {
	if len(c.Authors) == 0 {
		return ""
	}
	return c.Authors[0].Name
}

// altText never leaves a link without a name.
func (m MediaView) altText(ctx context.Context) string {
	if m.Alt != "" {
		return m.Alt
	}
	return T(ctx, "ui.no_alt")
}

// undescribed tells whether the person wants to be reminded and has a reason.
func (c ComposerView) undescribed() bool {
	for _, m := range c.Media {
		if c.AltReminder && m.Alt == "" {
			return true
		}
	}
	return false
}
