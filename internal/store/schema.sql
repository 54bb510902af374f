-- Generated from migrations/ by internal/tool/schema; to be read, not to be edited.

CREATE TABLE account (
    id          bigint primary key,
    actor       bigint not null unique,
    email       text not null,
    email_key   text not null unique, -- folded; a deleted account keeps a random one
    email_new   text not null default '',
    password    text not null default '',
    confirmed   boolean not null default false,
    state       text not null,
    rank        text not null,
    lang        text not null default '',
    theme       text not null default '',
    settings    text not null default '{}',
    reason      text not null default '',
    invited_by  bigint not null default 0,
    rules       integer not null default 0,
    created_at  bigint not null,
    seen_at     bigint not null default 0,
    deleted_at  bigint not null default 0
);
CREATE INDEX account_state on account (state, id);

CREATE TABLE activity (
    id         bigint primary key,
    verb       text not null,
    by_account bigint not null,
    as_actor   bigint not null,
    object     bigint not null default 0,
    actor      bigint not null default 0,
    via        text not null,
    at         bigint not null,
    data       text not null default ''
);
CREATE INDEX activity_actor on activity (as_actor, id);

CREATE TABLE actor (
    id           bigint primary key,
    kind         text not null,
    name         text not null,
    host         text not null default '',
    uri          text, -- null for local actors
    url          text not null default '',
    display_name text not null default '',
    bio          text not null default '',
    bio_html     text not null default '',
    fields       text not null default '[]',
    avatar       bigint not null default 0,
    header       bigint not null default 0,
    locked       boolean not null default false,
    bot          boolean not null default false,
    discover     boolean not null default true,
    inbox        text not null default '',
    shared_inbox text not null default '',
    public_key   text not null default '',
    state        text not null,
    limited      boolean not null default false,
    search_key   text not null default '', -- folded name and display name
    created_at   bigint not null,
    changed_at   bigint not null,
    version      integer not null default 1
);
CREATE UNIQUE INDEX actor_name on actor (name, host);
CREATE UNIQUE INDEX actor_uri on actor (uri);

CREATE TABLE actor_stat (
    actor     bigint primary key,
    posts     integer not null default 0,
    followers integer not null default 0,
    following integer not null default 0,
    last_at   bigint not null default 0
);
CREATE INDEX actor_stat_last on actor_stat (last_at, actor);

CREATE TABLE actor_word (
    word  text not null,
    actor bigint not null,
    primary key (word, actor)
);
CREATE INDEX actor_word_actor on actor_word (actor);

CREATE TABLE address (
    place   bigint not null,
    section text not null,
    slug    text not null, -- folded for the wiki, as is for blogs
    object  bigint not null,
    current boolean not null,
    at      bigint not null,
    primary key (place, section, slug)
);
CREATE INDEX address_object on address (object);

CREATE TABLE app (
    id        bigint primary key,
    client_id text not null unique,
    secret    text not null,
    name      text not null,
    website   text not null default '',
    redirects text not null,
    scopes    text not null,
    at        bigint not null
);

CREATE TABLE audience (
    id     bigint primary key,
    kind   text not null,
    target bigint not null default 0,
    named  text not null default '' -- sorted actor ids of a direct audience
);
CREATE UNIQUE INDEX audience_what on audience (kind, target, named);

CREATE TABLE audience_actor (
    actor    bigint not null,
    audience bigint not null,
    primary key (actor, audience)
);

CREATE TABLE decision (
    id         bigint primary key,
    kind       text not null,
    actor      bigint not null default 0,
    object     bigint not null default 0,
    report     bigint not null default 0,
    reason     text not null,
    rule       text not null default '',
    by_account bigint not null,
    at         bigint not null
);
CREATE INDEX decision_actor on decision (actor, id);
CREATE INDEX decision_object on decision (object, id);

CREATE TABLE entry (
    source bigint not null,
    id     bigint not null,
    object bigint not null,
    boost  boolean not null default false,
    reply  boolean not null default false,
    kind   text not null,
    primary key (source, id)
);
CREATE INDEX entry_object on entry (object);

CREATE TABLE former_id (
    id     bigint primary key,
    object bigint not null
);

CREATE TABLE grant_code (
    code      text primary key, -- hash
    app       bigint not null,
    account   bigint not null,
    actor     bigint not null,
    scopes    text not null,
    redirect  text not null,
    challenge text not null default '',
    token     bigint not null default 0, -- made from it; a second use revokes that
    expires   bigint not null
);

CREATE TABLE growth (
    object  bigint primary key,
    kind    text not null,
    title   text not null,
    licence text not null,
    as_actor bigint not null,
    agreed  text not null default '', -- ids of authors who said yes
    at      bigint not null
);

CREATE TABLE idempotency (
    actor  bigint not null,
    key    text not null,
    object bigint not null,
    at     bigint not null,
    primary key (actor, key)
);

CREATE TABLE indexed (
    object  bigint primary key,
    version integer not null
, shelf integer not null default 0, target bigint not null default 0);

CREATE TABLE invite (
    code     text primary key,
    by_account bigint not null,
    uses     integer not null default 0,
    max_uses integer not null default 0,
    expires  bigint not null default 0,
    at       bigint not null
);

CREATE TABLE job (
    outlet   text not null,
    key      text not null,
    object   bigint not null default 0,
    actor    bigint not null default 0,
    data     text not null default '',
    host     text not null default '', -- of deliveries, to go easy on one server
    run_at   bigint not null,
    lease    bigint not null default 0, -- until when someone works on it
    round    integer not null default 1,
    attempts integer not null default 0,
    progress integer not null default 0,
    reason   text not null default '',
    failed   boolean not null default false,
    primary key (outlet, key)
);
CREATE INDEX job_due on job (outlet, run_at) where not failed;

CREATE TABLE legal (
    name       text not null,
    lang       text not null,
    version    integer not null,
    source     text not null,
    html       text not null,
    by_account bigint not null,
    at         bigint not null,
    primary key (name, lang, version)
);

CREATE TABLE mail_code (
    hash    text primary key,
    account bigint not null,
    purpose text not null, -- "confirm", "password", "change"
    email   text not null default '',
    expires bigint not null
);
CREATE INDEX mail_code_account on mail_code (account);

CREATE TABLE marker (
    actor   bigint not null,
    list    text not null,
    last    bigint not null,
    version integer not null default 1,
    at      bigint not null,
    primary key (actor, list)
);

CREATE TABLE media (
    id          bigint primary key,
    owner       bigint not null,
    kind        text not null,
    state       text not null,
    reason      text not null default '',
    progress    integer not null default 0,
    name        text not null default '',
    blob        text not null default '',
    mime        text not null default '',
    size        bigint not null default 0,
    bytes       bigint not null default 0, -- of the original and all variants
    width       integer not null default 0,
    height      integer not null default 0,
    duration    bigint not null default 0,
    animated    boolean not null default false,
    blurhash    text not null default '',
    focus_x     double precision not null default 0,
    focus_y     double precision not null default 0,
    alt         text not null default '',
    licence     text not null default '',
    remote_url  text not null default '',
    secret      text not null,
    public      boolean not null default false,
    show_place  boolean not null default false,
    exif        text not null default '',
    peaks       text not null default '',
    variants    text not null default '[]',
    created_at  bigint not null,
    attached_at bigint not null default 0,
    version     integer not null default 1
);
CREATE INDEX media_blob on media (blob);
CREATE INDEX media_loose on media (created_at) where attached_at = 0;
CREATE INDEX media_owner on media (owner, id);

CREATE TABLE notification (
    id        bigint primary key,
    recipient bigint not null,
    kind      text not null,
    sender    bigint not null default 0,
    object    bigint not null default 0,
    report    bigint not null default 0,
    at        bigint not null
);
CREATE INDEX notification_list on notification (recipient, id);
CREATE INDEX notification_object on notification (object);
CREATE UNIQUE INDEX notification_what on notification (recipient, kind, sender, object, report);

CREATE TABLE object (
    id           bigint primary key,
    kind         text not null,
    state        text not null,
    origin       text not null,
    uri          text, -- null for ours
    url          text not null default '',
    owner        bigint not null,
    place        bigint not null default 0,
    section      text not null default '',
    slug         text not null default '',
    audience     bigint not null,
    title        text not null default '',
    summary      text not null default '',
    sensitive    boolean not null default false,
    format       text not null,
    lang         text not null default '',
    reply_to     bigint not null default 0,
    thread       bigint not null default 0,
    quote        bigint not null default 0,
    quote_ok     boolean not null default false,
    tags         text not null default '',  -- separated by spaces, as written
    mentions     text not null default '',  -- ids
    media        text not null default '',  -- ids in order
    authors      text not null default '',  -- ids of accepted authors in order
    preview      text not null default '',
    licence      text not null default '',
    policy       text not null default '',
    pinned       boolean not null default false,
    revision     integer not null,
    version      integer not null default 1,
    publish_at   bigint not null default 0,
    published_at bigint not null default 0,
    edited_at    bigint not null default 0,
    changed_at   bigint not null,
    deleted_at   bigint not null default 0,
    html         text not null, -- what is long stands last: SQLite reads a row from its beginning
    source       text not null
);
CREATE INDEX object_direct on object (audience, id) where audience > 3;
CREATE INDEX object_due on object (publish_at) where state = 'scheduled';
CREATE INDEX object_pinned on object (owner, id) where pinned;
CREATE INDEX object_preview on object (preview) where preview <> '';
CREATE INDEX object_quote on object (quote) where quote <> 0;
CREATE INDEX object_thread on object (thread, id) where thread <> 0;
CREATE INDEX object_unpublished on object (owner, id) where state in ('draft', 'scheduled', 'held');
CREATE UNIQUE INDEX object_uri on object (uri) where uri is not null;
CREATE INDEX object_wiki on object (place, changed_at) where section = 'wiki';

CREATE TABLE object_author (
    object   bigint not null,
    actor    bigint not null,
    position integer not null,
    state    text not null,
    at       bigint not null,
    primary key (object, actor)
);
CREATE INDEX object_author_actor on object_author (actor, object);
CREATE INDEX object_author_asked on object_author (actor, at) where state = 'invited';

CREATE TABLE object_emoji (
    object bigint not null,
    emoji  text not null,
    people integer not null,
    primary key (object, emoji)
);

CREATE TABLE object_figure (
    media  bigint not null,
    object bigint not null,
    primary key (media, object)
);
CREATE INDEX object_figure_object on object_figure (object);

CREATE TABLE object_link (
    object bigint not null,
    place  bigint not null,
    slug   text not null, -- folded wiki title
    title  text not null,
    primary key (object, place, slug)
);
CREATE INDEX object_link_to on object_link (place, slug, object);

CREATE TABLE object_stat (
    object    bigint primary key,
    replies   integer not null default 0,
    boosts    integer not null default 0,
    likes     integer not null default 0,
    quotes    integer not null default 0,
    bookmarks integer not null default 0
);

CREATE TABLE object_tag (
    tag    text not null, -- folded
    object bigint not null,
    primary key (tag, object)
);
CREATE INDEX object_tag_object on object_tag (object);

CREATE TABLE passkey (
    id      text primary key, -- credential id, base64url
    account bigint not null,
    name    text not null,
    data    text not null,    -- JSON of the credential
    at      bigint not null,
    seen_at bigint not null default 0
);
CREATE INDEX passkey_account on passkey (account);

CREATE TABLE preview (
    url         text primary key,
    title       text not null default '',
    description text not null default '',
    site        text not null default '',
    author      text not null default '',
    kind        text not null default '',
    image       bigint not null default 0,
    state       text not null,
    fetched_at  bigint not null default 0
);

CREATE TABLE reaction (
    actor    bigint not null,
    kind     text not null,
    object   bigint not null,
    id       bigint not null,
    emoji    text not null default '', -- of a like; empty: the plain like
    audience text not null default '',
    uri      text not null default '',
    primary key (actor, kind, object)
);
CREATE UNIQUE INDEX reaction_id on reaction (id);
CREATE INDEX reaction_object on reaction (object, kind, id);

CREATE TABLE relation (
    actor   bigint not null,
    kind    text not null,
    target  bigint not null,
    id      bigint not null,
    state   text not null,
    at      bigint not null,
    expires bigint not null default 0,
    notify  boolean not null default false,
    boosts  boolean not null default true,
    quiet   boolean not null default true,
    uri     text not null default '',
    primary key (actor, kind, target)
);
CREATE INDEX relation_asked on relation (target, kind, state, id) where notify;
CREATE INDEX relation_target on relation (target, kind, state, id);

CREATE TABLE report (
    id        bigint primary key,
    code      text not null unique,
    by_actor  bigint not null default 0,
    mail      text not null default '',
    actor     bigint not null,
    objects   text not null default '',
    category  text not null,
    body      text not null default '',
    lang      text not null default '',
    state     text not null,
    assigned  bigint not null default 0,
    at        bigint not null,
    closed_at bigint not null default 0,
    decision  bigint not null default 0
);
CREATE INDEX report_state on report (state, id);

CREATE TABLE revision (
    object     bigint not null,
    number     integer not null,
    format     text not null,
    lang       text not null default '',
    title      text not null default '',
    summary    text not null default '',
    media      text not null default '',
    by_account bigint not null default 0,
    as_actor   bigint not null default 0,
    why        text not null default '',
    minor      boolean not null default false,
    state      text not null,
    at         bigint not null,
    size       integer not null,
    delta      integer not null,
    source     text not null,
    primary key (object, number)
);
CREATE INDEX revision_actor on revision (as_actor, at);

CREATE TABLE role (
    account bigint not null,
    actor   bigint not null,
    role    text not null,
    at      bigint not null,
    primary key (account, actor)
);
CREATE INDEX role_actor on role (actor);

CREATE VIRTUAL TABLE search_members using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");

CREATE VIRTUAL TABLE search_named using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");

CREATE VIRTUAL TABLE search_public using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");

CREATE TABLE second_factor (
    account  bigint primary key,
    secret   text not null,
    active   boolean not null,
    last     bigint not null default 0, -- last time step used
    recovery text not null default '[]' -- hashes of unused recovery codes
);

CREATE TABLE session (
    id      text primary key, -- hash of the cookie
    account bigint not null,
    actor   bigint not null,
    csrf    text not null,
    agent   text not null default '',
    address text not null default '', -- shortened after 7 days
    fresh_at bigint not null,          -- last time the password or key was shown
    created_at bigint not null,
    seen_at bigint not null,
    expires bigint not null
);
CREATE INDEX session_account on session (account);

CREATE TABLE site (
    key   text primary key,
    value text not null
);

CREATE TABLE tag_follow (
    actor bigint not null,
    tag   text not null,
    name  text not null,
    id    bigint not null,
    primary key (actor, tag)
);
CREATE INDEX tag_follow_tag on tag_follow (tag);

CREATE TABLE thread_mute (
    actor  bigint not null,
    thread bigint not null,
    primary key (actor, thread)
);

CREATE TABLE token (
    hash    text primary key,
    id      bigint not null unique,
    app     bigint not null default 0,
    account bigint not null default 0, -- zero: the app itself
    actor   bigint not null default 0,
    scopes  text not null,
    at      bigint not null,
    seen_at bigint not null default 0
);
CREATE INDEX token_account on token (account);
CREATE INDEX token_app on token (app);
