// Package allmende holds the words of the house: who acts (account, actor),
// what is made (object, revision, media), for whom (audience), how people and
// things relate (relation, reaction), what is asked for (command), what
// happened (activity) and what was decided about it (report, decision).
//
// It imports the standard library only and knows neither SQL nor HTTP. Every
// other package speaks in these words; where ActivityStreams 2.0 has a term
// for a thing, that term is used.
package allmende
