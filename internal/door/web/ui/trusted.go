package ui

import (
	"context"
	"io"

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
		_, err := io.WriteString(w, `<svg class="icon" aria-hidden="true"><use href="`+assets.URL("icons.svg")+`#`+templ.EscapeString(name)+`"/></svg>`)
		return err
	})
}
