package text

import "strings"

// detectWords is how many words of a text are looked at.
const detectWords = 400

// Small words that stand in nearly every sentence of one language and hardly ever in one of the other, folded.
var (
	germanWords = wordSet(`der die das und ist nicht ein eine einen einem einer ich du er sie es wir ihr zu zum zur mit auf
		von vom den dem des im fur auch sich wie oder aber wenn noch nur nach bei uber sind wird werden wurde haben habe hat kann
		mehr schon als dass mein dein sein unser euch uns mich dich dir mir heute morgen sehr gibt gut hallo danke bitte beim
		durch gegen ohne weil kein keine was wer wo warum jetzt immer hier dann`)
	englishWords = wordSet(`the and is not of to in that it you he she we they this for with on are be was were have has had
		but or as at by from an can will would there their what which who when where how why if your my our his her its do does
		about more some just like so than then them these those i me us been being into out up very good hello thanks please`)
)

func wordSet(s string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(s) {
		set[word] = true
	}
	return set
}

// Detect guesses whether a source is German ("de") or English ("en"); "" when it cannot tell.
func Detect(source string) string {
	de, en, words := 0, 0, 0
	eachWord(cutBytes(source, 32<<10), func(word string) bool {
		words++
		if strings.ContainsAny(word, "äöüßÄÖÜ") {
			de++
		}
		word = Fold(word)
		if germanWords[word] {
			de++
		}
		if englishWords[word] {
			en++
		}
		return words < detectWords
	})
	switch {
	case de >= 2*en+1 && de*12 >= words:
		return "de"
	case en >= 2*de+1 && en*12 >= words:
		return "en"
	}
	return ""
}
