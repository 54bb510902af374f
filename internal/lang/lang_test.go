package lang

import (
	"context"
	"testing"
	"time"
)

func TestMatchPrefersTheSettingThenTheBrowser(t *testing.T) {
	for _, c := range []struct {
		header, setting string
		want            Tag
	}{
		{"de-DE,de;q=0.9,en;q=0.8", "", De},
		{"en;q=0.5,de;q=0.9", "", De},
		{"fr-FR,en-GB;q=0.7,de;q=0.3", "", En},
		{"de", "en", En},
		{"en", "de-formal", DeFormal},
		{"de", "klingon", De},
		{"", "", En},
		{"de;q=0", "", En},
		{"de;q=NaNNN", "", En},
	} {
		if got := Match(c.header, c.setting); got != c.want {
			t.Errorf("Match(%q, %q) = %s, want %s", c.header, c.setting, got, c.want)
		}
	}
}

func TestTextsFollowThePluralAndFallBack(t *testing.T) {
	if got := T(En, "time.days", "count", 1); got != "1 day ago" {
		t.Error(got)
	}
	if got := T(DeFormal, "time.days", "count", 3); got != "vor 3 Tagen" {
		t.Error(got)
	}
	if got := T(De, "no.such_key"); got != "[no.such_key]" {
		t.Error(got)
	}
}

func TestTimesAreSaidInFewWords(t *testing.T) {
	now := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		ago    time.Duration
		en, de string
	}{
		{10 * time.Second, "just now", "gerade eben"},
		{5 * time.Minute, "5 min ago", "vor 5 Min."},
		{3 * time.Hour, "3 h ago", "vor 3 Std."},
		{26 * time.Hour, "yesterday", "gestern"},
		{72 * time.Hour, "3 days ago", "vor 3 Tagen"},
		{30 * 24 * time.Hour, "23 October", "23. Oktober"},
		{400 * 24 * time.Hour, "18 October 2025", "18. Oktober 2025"},
		{-2 * time.Hour, "22 November 2026, 17:00", "22. November 2026, 17:00 Uhr"},
	} {
		if got := Relative(En, now, now.Add(-c.ago)); got != c.en {
			t.Errorf("%s: %q, want %q", c.ago, got, c.en)
		}
		if got := Relative(De, now, now.Add(-c.ago)); got != c.de {
			t.Errorf("%s: %q, want %q", c.ago, got, c.de)
		}
	}
}

func TestNumbersLookAsTheLanguageWritesThem(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Number(En, 1234), "1234"}, {Number(De, 1234567), "1.234.567"}, {Number(En, -12345), "-12,345"},
		{Short(En, 999), "999"}, {Short(En, 1240), "1.2k"}, {Short(De, 1240), "1,2 Tsd."}, {Short(En, 34000), "34k"},
		{Bytes(En, 812), "812\u00a0B"}, {Bytes(De, 1_440_000), "1,4\u00a0MB"}, {Bytes(En, 999_999), "1\u00a0MB"},
		{Duration(42 * time.Second), "0:42"}, {Duration(3723 * time.Second), "1:02:03"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestTheContextCarriesTheLanguage(t *testing.T) {
	if From(context.Background()) != En || From(With(context.Background(), De)) != De {
		t.Error("the language was lost")
	}
}
