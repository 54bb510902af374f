package api

// Intro stands before the reference of the commands in docs/api.md.
const Intro = `# Our own API

Everything the pages do can be done by programs. A program shows a token (` + "`Authorization: Bearer …`" + `, made with ` + "`allmende token NAME`" + ` or by OAuth); a page of ours
shows the session's cookie and, where it changes something, the page's token in ` + "`X-CSRF-Token`" + `. Ids are strings. Every page also answers ` + "`Accept: application/json`" + `
with what it draws, for guests and for whoever's session cookie comes along; pages do not look at tokens.

| address | answer |
| --- | --- |
| ` + "`GET /api/me`" + ` | the acting actor |
| ` + "`GET /api/home`, `/api/public`" + ` | lists; ` + "`max`, `min`, `since`, `limit`" + ` (at most 80) page through them |
| ` + "`GET /api/o/{id}`, `/api/o/{id}/context`" + ` | an object; its conversation |
| ` + "`GET /api/actors/{handle}`" + ` | an actor |
| ` + "`GET /api/notifications`" + ` | what the actor was told |
| ` + "`GET /api/suggest?q=`" + ` | offers while typing |
| ` + "`GET /api/stream?list=home`" + ` | live news as server-sent events: ` + "`news` (an id), `badge` (unread); `Last-Event-ID`" + ` tells what was missed |
| ` + "`POST /api/media`, `GET` and `POST /api/media/{id}`" + ` | uploads; ` + "`/api/upload`" + ` takes them in pieces (tus 1.0) |
| ` + "`POST /api/do/{command}`" + ` | carries out a command, see below; answers what it made |

A refusal is ` + "`{\"error\": {\"kind\", \"key\", \"text\", \"fields\": [{\"name\", \"key\", \"text\"}], \"request\"}}`" + `, its text in the language of ` + "`Accept-Language`" + `.
` + "`Idempotency-Key`" + ` makes publishing twice publish once.

## Commands
`
