package ui

import (
	"strconv"

	"github.com/a-h/templ"
)

func maxLength(n int) templ.Attributes {
	if n <= 0 {
		return nil
	}
	return templ.Attributes{"maxlength": strconv.Itoa(n)}
}

func inputExtras(f FieldView) templ.Attributes {
	out := templ.Attributes{}
	if f.Max > 0 {
		out["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Mode != "" {
		out["inputmode"] = f.Mode
	}
	if f.Type == "password" || f.Type == "email" || f.Complete == "username" {
		out["autocapitalize"], out["spellcheck"] = "none", "false"
	}
	return out
}

func completeOr(token string) string {
	if token == "" {
		return "off"
	}
	return token
}

func hintIcon(kind string) string {
	switch kind {
	case "warn", "danger":
		return "triangle-alert"
	case "ok":
		return "circle-check"
	}
	return "info"
}
