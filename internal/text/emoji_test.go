package text_test

import (
	"strings"
	"testing"

	"allmende/internal/text"
)

func TestOneEmojiIsRecognisedAndWrittenInFull(t *testing.T) {
	for in, want := range map[string]string{
		"👍":                            "👍",
		"👍🏽":                           "👍🏽",
		"😮":                            "😮",
		"❤":                            "❤️", // written without the sign that asks for the picture
		"❤️":                           "❤️",
		"😄\ufe0f":                      "😄", // asked for needlessly
		"🏳\u200d🌈":                     "🏳️‍🌈",
		"👩‍👩‍👧‍👦":                      "👩‍👩‍👧‍👦",
		"🧔🏻\u200d♂":                    "🧔🏻‍♂️",
		"🇩🇪":                           "🇩🇪",
		"3\u20e3":                      "3️⃣",
		"🏴󠁧󠁢󠁳󠁣󠁴󠁿":                      "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
		"☀":                            "☀️",
		string(rune(0x1fae9)):          string(rune(0x1fae9)),
		"\u2764\ufe0f\u200d\U0001f525": "❤️‍🔥",
	} {
		if got, ok := text.Emoji(in); !ok || got != want {
			t.Errorf("%q (%+q) gave %q %v, wanted %q", in, in, got, ok, want)
		}
	}
}

func TestWhatIsNotOneEmojiIsNone(t *testing.T) {
	for _, in := range []string{"", "a", "1", "#", "👍👍", "👍 ", " 👍", "👍a", ":thumbsup:", "<b>", "👍\u200d", "\u200d👍", "\ufe0f", "🏽", "🇩", "🇩🇪🇩🇪",
		"★x", "ab", "👍\x00", "\xff", "ä", "漢", "👍\u200da", "🏴\U000e0067", "👩\u200d\u200d👧", strings.Repeat("👩\u200d", 12) + "👩", "1\ufe0f"} {
		if got, ok := text.Emoji(in); ok {
			t.Errorf("%+q was taken for the emoji %q", in, got)
		}
	}
}

func FuzzEmoji(f *testing.F) {
	for _, s := range []string{"👍🏽", "🏳️‍🌈", "🇩🇪", "3️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := text.Emoji(s)
		if !ok {
			return
		}
		if strings.ContainsAny(got, "<>&\"' \n") || got == "" {
			t.Errorf("%+q became %+q", s, got)
		}
		if again, ok := text.Emoji(got); !ok || again != got {
			t.Errorf("%+q is written %+q, and that %+q", s, got, again)
		}
	})
}
