package ui

import (
	"context"
	"io"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"allmende/internal/door/web/assets"
)

// SafeHTML is markup that package text made or sanitised, or that the store
// keeps as such. Converting anything else to SafeHTML is a security hole; this
// file is the only place that writes strings to a page unescaped.
type SafeHTML string

// HTML draws sanitised markup as it is.
func HTML(s SafeHTML) templ.Component { return templ.Raw(string(s)) }

// SafeURL is an address in a scheme that templ's own check refuses although it
// is harmless where it stands (mailto and tel pass already; web+ap, xmpp,
// matrix in profile fields do not). The caller has checked the scheme.
func SafeURL(s string) templ.SafeURL { return templ.SafeURL(s) }

// Icon draws a symbol of the sprite. Names are literals of our own code; an
// icon always stands beside a word or within a control that has a name.
func Icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		drawn, ok := icons.Load(name)
		if !ok {
			drawn = `<svg class="icon" aria-hidden="true"><use href="` + assets.URL("icons.svg") + `#` + templ.EscapeString(name) + `"/></svg>`
			icons.Store(name, drawn)
		}
		_, err := io.WriteString(w, drawn.(string))
		return err
	})
}

// Drawn is a card as it was drawn once. Only Draw makes one.
type Drawn struct{ html string }

// Len is its size in bytes.
func (d *Drawn) Len() int { return len(d.html) }

// Draw draws a card in the context's language, to be shown several times.
func Draw(ctx context.Context, c CardView) (*Drawn, error) {
	var b strings.Builder
	if err := card(c).Render(ctx, &b); err != nil {
		return nil, err
	}
	return &Drawn{b.String()}, nil
}

// Card draws any object.
func Card(c CardView) templ.Component {
	if c.Drawn == nil {
		return card(c)
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, c.Drawn.html)
		return err
	})
}

// icons are the drawings by name; names stand in the code, so they are few.
var icons sync.Map

// Names reads "Ada", "Ada and Ben", "Ada, Ben and 2 others", each a link. It is
// written by hand since templ would put a space before the commas.
func Names(list []ActorView) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		shown := list
		if len(list) > 3 {
			shown = list[:2]
		}
		var b strings.Builder
		for i, a := range shown {
			switch {
			case i > 0 && i == len(list)-1:
				b.WriteString(" " + templ.EscapeString(T(ctx, "ui.and")) + " ")
			case i > 0:
				b.WriteString(", ")
			}
			b.WriteString(`<a href="` + templ.EscapeString(string(templ.URL(a.Path))) + `" title="@` + templ.EscapeString(a.Handle) + `"><bdi>` + templ.EscapeString(a.Name) + `</bdi></a>`)
		}
		if rest := len(list) - len(shown); rest > 0 {
			b.WriteString(" " + templ.EscapeString(T(ctx, "ui.and_others", "count", rest)))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
