package masto

import (
	"encoding/json"
	"strings"
)

// InstanceInput is what this server says of itself.
type InstanceInput struct {
	Title, Tagline, Description, Mail string
	Version                           string // of Allmende
	Languages                         []string
	Registration                      string // open, approval, invite, closed
	Rules                             []Rule
	Contact                           json.RawMessage // an Account, or nil
	Thumbnail                         string          // address of a picture
	Accounts, ActiveMonth             int
	Statuses, Domains                 int
	NoteMax, MediaMax                 int // characters of a note, media of one
	AltMax                            int
	ImageBytes, VideoBytes            int64
	ImagePixels, VideoPixels          int64
	MIMETypes                         []string
	VapidKey                          string
}

// Rule is one rule of the community.
type Rule struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

// version is how other Mastodon-like servers write theirs: apps read the first
// number for what they may ask.
func (in *InstanceInput) version() string {
	return Compatible + " (compatible; Allmende " + in.Version + ")"
}

func (s Site) streaming() string {
	return "ws" + strings.TrimPrefix(s.Base, "http") // http becomes ws, https wss
}

// configuration is what both versions of the instance share.
func (in *InstanceInput) configuration(s Site) map[string]any {
	return map[string]any{
		"urls":     map[string]any{"streaming": s.streaming(), "status": nil, "about": s.Base + "/about", "privacy_policy": s.Base + "/privacy", "terms_of_service": nil},
		"vapid":    map[string]any{"public_key": in.VapidKey},
		"accounts": map[string]any{"max_featured_tags": 0, "max_pinned_statuses": 5, "max_display_name_length": 60, "max_note_length": 2000, "max_profile_fields": 8},
		"statuses": map[string]any{"max_characters": in.NoteMax, "max_media_attachments": in.MediaMax, "characters_reserved_per_url": 23,
			"supported_mime_types": []string{"text/markdown", "text/plain", "text/html"}},
		"media_attachments": map[string]any{"description_limit": in.AltMax, "image_matrix_limit": in.ImagePixels, "image_size_limit": in.ImageBytes,
			"supported_mime_types": in.MIMETypes, "video_frame_rate_limit": 60, "video_matrix_limit": in.VideoPixels, "video_size_limit": in.VideoBytes},
		// Polls are not offered; apps that see room for no option hide them.
		"polls":       map[string]any{"max_options": 0, "max_characters_per_option": 0, "min_expiration": 300, "max_expiration": 2629746},
		"translation": map[string]any{"enabled": false},
	}
}

// Instance draws the second version of the instance.
func (s Site) Instance(in InstanceInput) map[string]any {
	config := in.configuration(s)
	return map[string]any{
		"domain": s.Domain, "title": in.Title, "version": in.version(), "source_url": s.Base + "/about#source",
		"description": in.Tagline, "usage": map[string]any{"users": map[string]any{"active_month": in.ActiveMonth}},
		"thumbnail": map[string]any{"url": in.Thumbnail, "blurhash": nil, "versions": map[string]any{}, "description": ""},
		"icon":      []any{}, "languages": in.Languages, "configuration": config,
		"registrations": map[string]any{"enabled": in.Registration == "open" || in.Registration == "approval",
			"approval_required": in.Registration == "approval", "reason_required": in.Registration == "approval",
			"message": nil, "min_age": nil, "url": s.Base + "/join"},
		"api_versions": map[string]any{"mastodon": APIVersion},
		"contact":      map[string]any{"email": in.Mail, "account": orNull(in.Contact)},
		"rules":        in.Rules,
	}
}

// InstanceV1 draws the first version of the instance.
func (s Site) InstanceV1(in InstanceInput) map[string]any {
	config := in.configuration(s)
	for _, name := range []string{"urls", "vapid", "translation"} {
		delete(config, name)
	}
	return map[string]any{
		"uri": s.Domain, "title": in.Title, "short_description": in.Tagline, "description": in.Description, "email": in.Mail,
		"version": in.version(), "urls": map[string]any{"streaming_api": s.streaming()},
		"stats":     map[string]any{"user_count": in.Accounts, "status_count": in.Statuses, "domain_count": in.Domains},
		"thumbnail": in.Thumbnail, "languages": in.Languages,
		"registrations":     in.Registration == "open" || in.Registration == "approval",
		"approval_required": in.Registration == "approval", "invites_enabled": in.Registration == "invite",
		"configuration": config, "contact_account": orNull(in.Contact), "rules": in.Rules,
		"max_toot_chars": in.NoteMax,
	}
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}
