package ui

import "github.com/a-h/templ"

// FieldView is one field of a form. Type is an input type, or "textarea",
// "source" (monospaced, tall). The field's id is "f-" and the name, so that
// the summary of complaints can link to it.
type FieldView struct {
	Name, Label, Hint, Value string
	Type                     string // empty: text
	Error                    string
	Complete                 string // autocomplete token
	Mode                     string // inputmode
	Placeholder              string
	Class                    string // of the input
	Optional                 bool
	Max                      int // characters
	Full                     bool
	Focus                    bool
}

// SelectView is a choice of one from a list.
type SelectView struct {
	Name, Label, Hint, Value, Error string
	Options                         []OptionView
}

// OptionView is one choice. Hint is for radio buttons.
type OptionView struct{ Value, Text, Hint string }

// CheckView is one box to tick.
type CheckView struct {
	Name, Label, Hint, Error string
	Value                    string // sent when ticked; empty: "1"
	On                       bool
}

// FormView frames fields: address, token, complaints, the word on the button.
type FormView struct {
	Action string
	CSRF   string
	Notes  Notes
	Submit string
	Cancel string // address to go back; empty: none
	Files  bool   // the form carries files
	Danger bool   // the button destroys something
	Second bool   // the page has a button that matters more
}

// ButtonView is one button of a group.
type ButtonView struct {
	Text, Icon, Href string // Href makes it a link
	Post             string // address it posts to through the page's form
	Name, Value      string
	Style            string // "primary", "quiet", "danger", "plain"
	Whole            string // what it does in full, where the text is short because of what stands around it
}

func wholeOf(b ButtonView) templ.Attributes {
	if b.Whole == "" {
		return nil
	}
	return templ.Attributes{"aria-label": b.Whole, "title": b.Whole}
}

func (f FormView) enctype() string {
	if f.Files {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}

func (f FormView) button() string {
	if f.Danger {
		return "btn danger"
	}
	if f.Second {
		return "btn quiet"
	}
	return "btn primary"
}

func (f FieldView) class() string {
	class := "field"
	if f.Full {
		class += " full"
	}
	if f.Error != "" {
		class += " wrong"
	}
	return class
}

func (f FieldView) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f FieldView) areaClass() string {
	if f.Type == "source" {
		return "source " + f.Class
	}
	return f.Class
}

// describedBy lists the ids of hint and complaint for screen readers.
func describedBy(name, hint, wrong string) string {
	out := ""
	if hint != "" {
		out = "f-" + name + "-hint"
	}
	if wrong != "" {
		if out != "" {
			out += " "
		}
		out += "f-" + name + "-wrong"
	}
	return out
}

func (c CheckView) value() string {
	if c.Value == "" {
		return "1"
	}
	return c.Value
}
