package web

import "strings"

// browserName makes of a browser's long description of itself a few words:
// "Firefox, Linux". Unknown ones say their first word.
func browserName(agent string) string {
	name := firstIn(agent, [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}})
	if name == "" {
		first, _, _ := strings.Cut(agent, "/")
		return strings.TrimSpace(first)
	}
	if system := firstIn(agent, [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}); system != "" {
		return name + ", " + system
	}
	return name
}

func firstIn(s string, words [][2]string) string {
	for _, w := range words {
		if strings.Contains(s, w[0]) {
			return w[1]
		}
	}
	return ""
}
