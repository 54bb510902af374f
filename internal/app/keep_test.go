package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"allmende"
	"allmende/internal/app/apptest"
	"allmende/internal/db/dbtest"
)

// status of Mastodon's API, as far as these tests look at it.
type shown struct {
	ID, Content, Visibility string
	CreatedAt               string  `json:"created_at"`
	EditedAt                *string `json:"edited_at"`
	InReplyToID             *string `json:"in_reply_to_id"`
	Pinned                  bool
	MediaAttachments        []struct {
		URL, Description string
	} `json:"media_attachments"`
}

// picture uploads one and returns its id.
func picture(t *testing.T, base, token, alt string) string {
	t.Helper()
	id, err := uploadPicture(context.Background(), base, token, alt)
	if err != nil {
		t.Fatalf("uploading a picture: %v", err)
	}
	return id
}

func uploadPicture(ctx context.Context, base, token, alt string) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "apple.png")
	if err != nil {
		return "", err
	}
	apple := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for i := range apple.Pix {
		apple.Pix[i] = uint8(i*7 + len(alt))
	}
	apple.Set(3, 3, color.White)
	if err := errors.Join(png.Encode(file, apple), form.WriteField("description", alt), form.Close()); err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, "POST", base+"/api/v2/media", &body)
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return "", refusalOf(answer)
	}
	var made struct{ ID string }
	err = json.NewDecoder(answer.Body).Decode(&made)
	return made.ID, err
}

// say publishes and returns the id.
func say(t *testing.T, base, token, form string) string {
	t.Helper()
	var made shown
	if code := call(t, "POST", base+"/api/v1/statuses", token, form, &made); code != http.StatusOK {
		t.Fatalf("%s: %d", form, code)
	}
	return made.ID
}

func get(t *testing.T, base, token, id string) shown {
	t.Helper()
	var s shown
	if code := call(t, "GET", base+"/api/v1/statuses/"+id, token, "", &s); code != http.StatusOK {
		t.Fatalf("status %s: %d", id, code)
	}
	return s
}

// fetched are the bytes behind an address.
func fetched(t *testing.T, url string) []byte {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", url, answer.Status, err)
	}
	return b
}

func TestABackupOfARunningServerRestoresToTheSame(t *testing.T) {
	dbtest.SQLite(t)
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	s := p.Serve()
	id := say(t, p.URL, token, "status=Apfelernte&media_ids[]="+picture(t, p.URL, token, "ein Apfel"))
	apptest.Until(t, "the picture is ready", func() bool { return len(get(t, p.URL, token, id).MediaAttachments) == 1 })
	before := get(t, p.URL, token, id)
	original := fetched(t, before.MediaAttachments[0].URL)

	p.Must("backup", "safe")
	say(t, p.URL, token, "status=after+the+backup")
	s.Stop()
	other := p.With("ALLMENDE_DATA=other")
	other.Must("restore", "safe")
	s = other.Serve()
	after := get(t, p.URL, token, id) // tokens are in the backup too
	if after.Content != before.Content || after.CreatedAt != before.CreatedAt || !slices.Equal(after.MediaAttachments, before.MediaAttachments) {
		t.Errorf("restored: %+v, was: %+v", after, before)
	}
	if !bytes.Equal(fetched(t, after.MediaAttachments[0].URL), original) {
		t.Error("the picture has changed")
	}
	if found(t, p, token, "after") {
		t.Error("what came after the backup is there")
	}
	s.Stop()
	if r := other.Run("restore", "safe"); r.Code != 1 || !strings.Contains(r.Err, "There is something already") {
		t.Errorf("restoring over something: %+v", r)
	}
}

func TestADamagedBackupIsRefusedAndNothingIsWritten(t *testing.T) {
	dbtest.SQLite(t)
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	p.Serve()
	say(t, p.URL, token, "status=Apfel&media_ids[]="+picture(t, p.URL, token, "Apfel"))
	p.Must("backup", "safe")
	media, err := filepath.Glob(p.File("safe", "media", "*", "*", "*"))
	if err != nil || len(media) == 0 {
		t.Fatalf("no media in the backup: %v", err)
	}
	for _, file := range []string{p.File("safe", "allmende.db"), media[0]} {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, file, append(slices.Clone(whole), '!'))
		if r := p.With("ALLMENDE_DATA=other").Run("restore", "safe"); r.Code != 1 || !strings.Contains(r.Err, "damaged") {
			t.Errorf("%s was changed: %+v", filepath.Base(file), r)
		}
		if _, err := os.Stat(p.File("other", "allmende.db")); err == nil {
			t.Error("the database was restored")
		}
		write(t, file, whole)
	}
}

// write replaces a file; it may be linked with another, which stays as it is.
func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestASecondBackupCopiesOnlyNewFilesAndForgetsErasedOnes(t *testing.T) {
	dbtest.SQLite(t)
	p := apptest.NewProgram(t)
	token := p.Token("ada")
	p.Serve()
	picture(t, p.URL, token, "one")
	p.Must("backup", "safe")
	stray := p.File("safe", "media", "ab", "cd", strings.Repeat("abcd", 16))
	if err := os.MkdirAll(filepath.Dir(stray), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(stray, []byte("erased meanwhile"), 0o600); err != nil {
		t.Fatal(err)
	}
	picture(t, p.URL, token, "another one")
	p.Must("backup", "safe")
	if _, err := os.Stat(stray); err == nil {
		t.Error("what was erased on the server is still in the backup")
	}
	p.With("ALLMENDE_DATA=other").Must("restore", "safe")
}

func TestSecretsAreNotInTheBackupsSettings(t *testing.T) {
	dbtest.SQLite(t)
	p := apptest.NewProgram(t).With("ALLMENDE_MAIL=smtp://someone:hunter2@127.0.0.1:1", "ALLMENDE_METRICS_TOKEN=0123456789abcdef")
	p.Token("ada")
	p.Must("backup", "safe")
	settings, err := os.ReadFile(p.File("safe", "allmende.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if s := string(settings); strings.Contains(s, "hunter2") || strings.Contains(s, "0123456789abcdef") || !strings.Contains(s, p.URL) {
		t.Errorf("the settings in the backup:\n%s", s)
	}
}

func TestR3_DownloadEverythingAndImportItElsewhere(t *testing.T) {
	here, there := apptest.NewProgram(t), apptest.NewProgram(t)
	token := here.Token("ada")
	here.Serve()
	root := say(t, here.URL, token, "status=Die+erste+Fassung&media_ids[]="+picture(t, here.URL, token, "ein Apfel"))
	call(t, "PUT", here.URL+"/api/v1/statuses/"+root, token, "status=Die+zweite+Fassung", nil)
	say(t, here.URL, token, "status=Eine+Antwort&in_reply_to_id="+root)
	say(t, here.URL, token, "status=Nur+f%C3%BCr+mich&visibility=direct")
	call(t, "POST", here.URL+"/api/v1/statuses/"+root+"/pin", token, "", nil)
	react(t, here.URL, token, root, "🎉")
	before := get(t, here.URL, token, root)
	file := here.File("ada.zip")
	here.Must("export", "ada", file)
	readable(t, file, "Die zweite Fassung", "alt=\"ein Apfel\"", "Nur für mich")
	if r := here.Run("export", "ada", file); r.Code != 1 {
		t.Errorf("an export overwrites a file: %+v", r)
	}

	theirs := there.Token("eve")
	there.Serve()
	if out := there.Must("import", file, "--as", "eve", "--dry-run"); !strings.Contains(out, "3  short posts") {
		t.Errorf("the dry run says: %s", out)
	}
	if got := own(t, there.URL, theirs); len(got) != 0 {
		t.Fatalf("the dry run made %+v", got)
	}
	if out := there.Must("import", file, "--as", "eve"); strings.Contains(out, "could not") {
		t.Errorf("the import says: %s", out)
	}
	check(t, there.URL, theirs, before)
	if out := there.Must("import", file, "--as", "eve"); !strings.Contains(out, "3  were here already") {
		t.Errorf("the second import says: %s", out)
	}
	check(t, there.URL, theirs, before)
}

// react likes something with an emoji, by our own API.
func react(t *testing.T, base, token, object, emoji string) {
	t.Helper()
	r, err := http.NewRequest("POST", base+"/api/do/react", strings.NewReader(`{"object": "`+object+`", "kind": "like", "emoji": "`+emoji+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(answer.Body) // only for the complaint
		t.Fatalf("reacting: %s %s", answer.Status, body)
	}
}

// check compares what was imported with what it was.
func check(t *testing.T, base, token string, before shown) {
	t.Helper()
	got := own(t, base, token)
	if len(got) != 3 {
		t.Fatalf("%d things came, want 3: %+v", len(got), got)
	}
	i := slices.IndexFunc(got, func(s shown) bool { return strings.Contains(s.Content, "zweite Fassung") })
	if i < 0 {
		t.Fatalf("the edited post is missing: %+v", got)
	}
	root := get(t, base, token, got[i].ID)
	if root.CreatedAt != before.CreatedAt || root.EditedAt == nil || !root.Pinned || len(root.MediaAttachments) != 1 || root.MediaAttachments[0].Description != "ein Apfel" {
		t.Errorf("imported %+v, it was %+v", root, before)
	}
	var history []struct{ Content string }
	call(t, "GET", base+"/api/v1/statuses/"+root.ID+"/history", token, "", &history)
	if len(history) != 2 || !strings.Contains(history[0].Content, "erste Fassung") {
		t.Errorf("the history: %+v", history)
	}
	var said struct {
		Emoji     string
		Reactions []allmende.EmojiCount
	}
	call(t, "GET", base+"/api/o/"+root.ID, token, "", &said)
	if said.Emoji != "🎉" || !slices.Equal(said.Reactions, []allmende.EmojiCount{{Emoji: "🎉", Count: 1}}) {
		t.Errorf("what the like said is %+v now", said)
	}
	for _, s := range got {
		if strings.Contains(s.Content, "Antwort") && (s.InReplyToID == nil || *s.InReplyToID != root.ID) {
			t.Errorf("the answer hangs on %v, not on %s", s.InReplyToID, root.ID)
		}
		if strings.Contains(s.Content, "Nur für mich") && s.Visibility != "direct" {
			t.Errorf("what was for nobody is %s now", s.Visibility)
		}
	}
}

// own lists what the token's person published, whatever its audience.
func own(t *testing.T, base, token string) []shown {
	t.Helper()
	var me struct{ ID string }
	call(t, "GET", base+"/api/v1/accounts/verify_credentials", token, "", &me)
	var list, direct []shown
	call(t, "GET", base+"/api/v1/accounts/"+me.ID+"/statuses", token, "", &list)
	var conversations []struct {
		LastStatus shown `json:"last_status"`
	}
	call(t, "GET", base+"/api/v1/conversations", token, "", &conversations)
	for _, c := range conversations {
		direct = append(direct, c.LastStatus)
	}
	for _, d := range direct {
		if !slices.ContainsFunc(list, func(s shown) bool { return s.ID == d.ID }) {
			list = append(list, d)
		}
	}
	return list
}

// readable checks that the page in the archive shows texts, and only files
// that are in it.
func readable(t *testing.T, file string, texts ...string) {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("index.html")
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if !strings.Contains(string(page), text) {
			t.Errorf("the page in the archive lacks %q:\n%s", text, page)
		}
	}
	for _, part := range strings.Split(string(page), `src="`)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		if _, err := z.Open(name); err != nil {
			t.Errorf("the page shows %s, which is not in the archive", name)
		}
	}
}

func TestForeignArchivesAreRecognisedAndOthersRefusedInWords(t *testing.T) {
	p := apptest.NewProgram(t)
	p.Token("ada")
	for name, want := range map[string]string{"outbox.json": "archive of Mastodon", "data/tweets.js": "archive of X", "holiday.txt": "none of the archives",
		"allmende.json": "damaged"} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(`{}`))
		}
		if err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.File("x.zip"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if r := p.Run("import", "x.zip", "--as", "ada"); r.Code != 1 || !strings.Contains(r.Err, want) {
			t.Errorf("%s: %+v, want %q", name, r, want)
		}
	}
	if err := os.WriteFile(p.File("x.zip"), []byte("no archive at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := p.Run("import", "x.zip", "--as", "ada"); r.Code != 1 || !strings.Contains(r.Err, "none of the archives") {
		t.Errorf("not a zip: %+v", r)
	}
}

// command carries out one command by our own API and returns the object it made.
func command(t *testing.T, base, token, verb, body string) string {
	t.Helper()
	r, err := http.NewRequest("POST", base+"/api/do/"+verb, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var made struct{ Object string }
	if err := json.NewDecoder(answer.Body).Decode(&made); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v", verb, answer.Status, err)
	}
	return made.Object
}

func TestR3_PicturesThatStandInArticlesComeAlong(t *testing.T) {
	here, there := apptest.NewProgram(t), apptest.NewProgram(t)
	token := here.Token("ada")
	here.Serve()
	first, second := picture(t, here.URL, token, ""), picture(t, here.URL, token, "")
	article := command(t, here.URL, token, "publish", `{"kind": "Article", "title": "Apples", "source": "![one](media:`+first+`)"}`)
	command(t, here.URL, token, "edit", `{"object": "`+article+`", "source": "![two](media:`+second+` \"below\") and ![one](media:`+first+`)\n\n![two](media:`+second+` \"below\")"}`)
	command(t, here.URL, token, "edit", `{"object": "`+article+`", "source": "![two](media:`+second+` \"below\")"}`)
	file := here.File("ada.zip")
	here.Must("export", "ada", file)
	readable(t, file, `<figure><img src="media/`+second+`.png" alt="two" loading="lazy"><figcaption>below</figcaption></figure>`)

	theirs := there.Token("eve")
	there.Serve()
	if out := there.Must("import", file, "--as", "eve"); strings.Contains(out, "could not") {
		t.Errorf("the import says: %s", out)
	}
	got := own(t, there.URL, theirs)
	if len(got) != 1 || len(got[0].MediaAttachments) != 1 {
		t.Fatalf("%+v came, want one article with one picture", got)
	}
	apptest.Until(t, "the picture is ready", func() bool {
		got = own(t, there.URL, theirs)
		return got[0].MediaAttachments[0].URL != ""
	})
	if want := `<figure><img src="` + there.URL + "/media/"; !strings.Contains(got[0].Content, want) || !strings.Contains(got[0].Content, "<figcaption>below</figcaption>") {
		t.Errorf("the text is %s", got[0].Content)
	}
	if got[0].MediaAttachments[0].Description != "two" {
		t.Errorf("the description is %q", got[0].MediaAttachments[0].Description)
	}
	var history []struct {
		Content string
		Media   []struct{} `json:"media_attachments"`
	}
	apptest.Until(t, "the picture that only older states show is ready too", func() bool {
		call(t, "GET", there.URL+"/api/v1/statuses/"+got[0].ID+"/history", theirs, "", &history)
		return len(history) == 3 && strings.Contains(history[0].Content, there.URL+"/media/")
	})
	if len(history[0].Media) != 1 || len(history[1].Media) != 2 {
		t.Errorf("the history: %+v", history)
	}
}
