package masto

import (
	"encoding/json"
	"strconv"
	"time"

	"allmende"
	"allmende/internal/text"
)

// Tag is a hashtag, with whether the viewer follows it where that is known.
type Tag struct {
	ID        string       `json:"id,omitempty"`
	Name      string       `json:"name"`
	URL       string       `json:"url"`
	History   []TagHistory `json:"history"`
	Following *bool        `json:"following,omitempty"`
	Featuring *bool        `json:"featuring,omitempty"`
}

// TagHistory is how often a tag was used on a day.
type TagHistory struct {
	Day      string `json:"day"`
	Uses     string `json:"uses"`
	Accounts string `json:"accounts"`
}

// DrawTag draws a tag; following nil when nobody looks.
func (s Site) DrawTag(name string, following *bool) Tag {
	t := Tag{ID: text.Fold(name), Name: name, URL: s.TagURL(name), History: []TagHistory{}, Following: following}
	if following != nil {
		no := false
		t.Featuring = &no
	}
	return t
}

// DrawTrend draws a tag that was used so often lately, by so many.
func (s Site) DrawTrend(name string, uses, people int, day time.Time) Tag {
	t := s.DrawTag(name, nil)
	t.History = []TagHistory{{Day: strconv.FormatInt(day.Unix(), 10), Uses: strconv.Itoa(uses), Accounts: strconv.Itoa(people)}}
	return t
}

// Marker is how far someone has read.
type Marker struct {
	LastReadID string `json:"last_read_id"`
	Version    int    `json:"version"`
	UpdatedAt  string `json:"updated_at"`
}

// Search is what a search found; accounts and statuses are drawn already.
type Search struct {
	Accounts json.RawMessage `json:"accounts"`
	Statuses json.RawMessage `json:"statuses"`
	Hashtags []Tag           `json:"hashtags"`
}

// StatusSource is a status as its author wrote it.
type StatusSource struct {
	ID          string `json:"id"`
	Text        string `json:"text"`
	SpoilerText string `json:"spoiler_text"`
	ContentType string `json:"content_type"`
}

// DrawSource draws the source of an object.
func DrawSource(o *allmende.Object) StatusSource {
	return StatusSource{ID: o.ID.String(), Text: o.Source, SpoilerText: spoiler(o), ContentType: ContentType(o.Format)}
}

// ContentType is the type of a source, as apps send and show it.
func ContentType(f allmende.Format) string {
	switch f {
	case allmende.HTML:
		return "text/html"
	case allmende.Plain:
		return "text/plain"
	}
	return "text/markdown"
}

// FormatOf reads a content type. Without one it is Markdown, as in the web:
// what looks like plain text comes out as plain text.
func FormatOf(contentType string) (allmende.Format, error) {
	switch contentType {
	case "", "text/markdown", "text/x.misskeymarkdown":
		return allmende.Markdown, nil
	case "text/plain":
		return allmende.Plain, nil
	case "text/html":
		return allmende.HTML, nil
	}
	return "", allmende.Wrong("content_type", "error.format")
}

// StatusEdit is one older state of a status.
type StatusEdit struct {
	Content     string          `json:"content"`
	SpoilerText string          `json:"spoiler_text"`
	Sensitive   bool            `json:"sensitive"`
	CreatedAt   string          `json:"created_at"`
	Account     json.RawMessage `json:"account"`
	Media       json.RawMessage `json:"media_attachments"`
	Emojis      []string        `json:"emojis"`
}

// DrawEdit draws a revision whose HTML was rendered.
func (s Site) DrawEdit(o *allmende.Object, r *allmende.Revision, account []byte, media map[allmende.ID]*allmende.Media) StatusEdit {
	e := StatusEdit{Content: s.markup(figures(r.HTML, r.Media, media)), SpoilerText: r.Summary, Sensitive: o.Sensitive, CreatedAt: Time(r.At),
		Account: account, Media: append(s.appendAll([]byte{'['}, r.Media, media), ']'), Emojis: []string{}}
	if o.Kind.Titled() {
		e.SpoilerText = ""
		e.Content = `<p><strong>` + escape(r.Title) + `</strong></p>` + e.Content
	}
	return e
}

// ScheduledStatus is a status that publishes itself later.
type ScheduledStatus struct {
	ID          string          `json:"id"`
	ScheduledAt string          `json:"scheduled_at"`
	Params      ScheduledParams `json:"params"`
	Media       json.RawMessage `json:"media_attachments"`
}

// ScheduledParams is what a scheduled status was asked for with.
type ScheduledParams struct {
	Text          string   `json:"text"`
	MediaIDs      []string `json:"media_ids"`
	Sensitive     bool     `json:"sensitive"`
	SpoilerText   string   `json:"spoiler_text"`
	Visibility    string   `json:"visibility"`
	ScheduledAt   *string  `json:"scheduled_at"`
	Poll          *string  `json:"poll"` // always null
	Idempotency   *string  `json:"idempotency"`
	WithRateLimit bool     `json:"with_rate_limit"`
	Language      *string  `json:"language"`
	ApplicationID *int     `json:"application_id"`
	InReplyToID   *string  `json:"in_reply_to_id"`
	QuotedID      *string  `json:"quoted_status_id"`
}

// DrawScheduled draws a scheduled object.
func (s Site) DrawScheduled(o *allmende.Object, media map[allmende.ID]*allmende.Media) ScheduledStatus {
	visibility, _ := Visibility(o.Audience.Kind)
	p := ScheduledParams{Text: o.Source, MediaIDs: []string{}, Sensitive: o.Sensitive, SpoilerText: spoiler(o), Visibility: visibility}
	for _, id := range o.Media {
		p.MediaIDs = append(p.MediaIDs, id.String())
	}
	p.Language = pointer(o.Lang, o.Lang != "")
	p.InReplyToID = pointer(o.ReplyTo.String(), o.ReplyTo != 0)
	p.QuotedID = pointer(o.Quote.String(), o.Quote != 0)
	return ScheduledStatus{ID: o.ID.String(), ScheduledAt: Time(o.PublishAt), Params: p,
		Media: append(s.appendAll([]byte{'['}, o.Media, media), ']')}
}

func pointer(s string, there bool) *string {
	if !there {
		return nil
	}
	return &s
}

// Application is an app as it sees itself; the secrets only when it was made.
type Application struct {
	ID            string   `json:"id,omitempty"`
	Name          string   `json:"name"`
	Website       *string  `json:"website"`
	Scopes        []string `json:"scopes"`
	RedirectURIs  []string `json:"redirect_uris"`
	RedirectURI   string   `json:"redirect_uri"`
	ClientID      string   `json:"client_id,omitempty"`
	ClientSecret  string   `json:"client_secret,omitempty"`
	SecretExpires *int     `json:"client_secret_expires_at,omitempty"` // 0: never
	VapidKey      string   `json:"vapid_key"`
}

// Token is what the token endpoint hands out.
type Token struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Scope       string `json:"scope"`
	CreatedAt   int64  `json:"created_at"`
}

// DrawToken draws an access token.
func DrawToken(token, scopes string, at time.Time) Token {
	return Token{AccessToken: token, TokenType: "Bearer", Scope: scopes, CreatedAt: at.Unix()}
}

// Preferences are the person's choices, as apps ask for them.
type Preferences struct {
	Visibility   string  `json:"posting:default:visibility"`
	Sensitive    bool    `json:"posting:default:sensitive"`
	Language     *string `json:"posting:default:language"`
	QuotePolicy  string  `json:"posting:default:quote_policy"`
	ExpandMedia  string  `json:"reading:expand:media"`
	ExpandSpoils bool    `json:"reading:expand:spoilers"`
	Autoplay     bool    `json:"reading:autoplay:gifs"`
}

// DrawPreferences draws the settings of an account.
func DrawPreferences(a allmende.AccountSettings) Preferences {
	visibility, _ := Visibility(allmende.AudienceKind(a.Audience))
	return Preferences{Visibility: visibility, Sensitive: a.Sensitive, Language: pointer(a.PostLang, a.PostLang != ""),
		QuotePolicy: QuotePolicy(a.QuotePolicy), ExpandMedia: "default", ExpandSpoils: a.ExpandCW}
}

// QuotePolicy is Mastodon's word for who may quote.
func QuotePolicy(rule string) string {
	switch rule {
	case allmende.Followers:
		return "followers"
	case allmende.Mentioned, allmende.Nobody:
		return "nobody"
	}
	return "public"
}

// QuoteRule reads Mastodon's word for who may quote; empty stays empty.
func QuoteRule(word string) (string, error) {
	switch word {
	case "":
		return "", nil
	case "public":
		return allmende.Anyone, nil
	case "followers":
		return allmende.Followers, nil
	case "nobody":
		return allmende.Nobody, nil
	}
	return "", allmende.Wrong("quote_approval_policy", "error.policy")
}

// Conversation is a direct conversation with its newest status.
type Conversation struct {
	ID         string          `json:"id"`
	Unread     bool            `json:"unread"`
	Accounts   json.RawMessage `json:"accounts"`
	LastStatus json.RawMessage `json:"last_status"`
}

// Report is a complaint as its writer sees it.
type Report struct {
	ID            string          `json:"id"`
	ActionTaken   bool            `json:"action_taken"`
	ActionTakenAt *string         `json:"action_taken_at"`
	Category      string          `json:"category"`
	Comment       string          `json:"comment"`
	Forwarded     bool            `json:"forwarded"`
	CreatedAt     string          `json:"created_at"`
	StatusIDs     []string        `json:"status_ids"`
	RuleIDs       []string        `json:"rule_ids"`
	TargetAccount json.RawMessage `json:"target_account"`
}

// ReportCategory translates Mastodon's category to ours.
func ReportCategory(word string) string {
	switch word {
	case "spam":
		return "spam"
	case "legal":
		return "illegal"
	case "violation":
		return "rules"
	}
	return "other"
}

// Error is how a refusal is written.
type Error struct {
	Error       string              `json:"error"`
	Description string              `json:"error_description,omitempty"`
	Details     map[string][]Detail `json:"details,omitempty"`
}

// Detail is what is wrong with one field.
type Detail struct {
	Error       string `json:"error"`
	Description string `json:"description"`
}
