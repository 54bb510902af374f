-- +goose Up
-- Times are UTC milliseconds, 0 means "none"; ids are made in Go (package
-- allmende, id.go) and sort by time; 0 means "none". JSON is opaque text.

create table account (
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
create index account_state on account (state, id);

create table actor (
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
create unique index actor_name on actor (name, host);
create unique index actor_uri on actor (uri);

create table actor_stat (
    actor     bigint primary key,
    posts     integer not null default 0,
    followers integer not null default 0,
    following integer not null default 0,
    last_at   bigint not null default 0
);
create index actor_stat_last on actor_stat (last_at, actor);

create table role (
    account bigint not null,
    actor   bigint not null,
    role    text not null,
    at      bigint not null,
    primary key (account, actor)
);
create index role_actor on role (actor);

create table audience (
    id     bigint primary key,
    kind   text not null,
    target bigint not null default 0,
    named  text not null default '' -- sorted actor ids of a direct audience
);
create unique index audience_what on audience (kind, target, named);
create table audience_actor (
    actor    bigint not null,
    audience bigint not null,
    primary key (actor, audience)
);

create table object (
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
create unique index object_uri on object (uri) where uri is not null;
create index object_thread on object (thread, id) where thread <> 0;
create index object_unpublished on object (owner, id) where state in ('draft', 'scheduled', 'held');
create index object_due on object (publish_at) where state = 'scheduled';
create index object_wiki on object (place, changed_at) where section = 'wiki';
create index object_pinned on object (owner, id) where pinned;
create index object_preview on object (preview) where preview <> '';
create index object_quote on object (quote) where quote <> 0;
create index object_direct on object (audience, id) where audience > 3; -- conversations

create table object_stat (
    object    bigint primary key,
    replies   integer not null default 0,
    boosts    integer not null default 0,
    likes     integer not null default 0,
    quotes    integer not null default 0,
    bookmarks integer not null default 0
);

-- Streams: each actor's (author's, place's, booster's) publications by time,
-- and the server's own streams under fixed negative sources: -1 all public,
-- -2 public and local.
create table entry (
    source bigint not null,
    id     bigint not null,
    object bigint not null,
    boost  boolean not null default false,
    reply  boolean not null default false,
    kind   text not null,
    primary key (source, id)
);
create index entry_object on entry (object);

create table object_author (
    object   bigint not null,
    actor    bigint not null,
    position integer not null,
    state    text not null,
    at       bigint not null,
    primary key (object, actor)
);
create index object_author_actor on object_author (actor, object);
create index object_author_asked on object_author (actor, at) where state = 'invited';

create table object_tag (
    tag    text not null, -- folded
    object bigint not null,
    primary key (tag, object)
);
create index object_tag_object on object_tag (object);

create table object_link (
    object bigint not null,
    place  bigint not null,
    slug   text not null, -- folded wiki title
    title  text not null,
    primary key (object, place, slug)
);
create index object_link_to on object_link (place, slug, object);

-- Human addresses, present and past. Ours redirect when not current.
create table address (
    place   bigint not null,
    section text not null,
    slug    text not null, -- folded for the wiki, as is for blogs
    object  bigint not null,
    current boolean not null,
    at      bigint not null,
    primary key (place, section, slug)
);
create index address_object on address (object);

-- A wish to turn an object into a wiki page that waits for its authors' consent.
create table growth (
    object  bigint primary key,
    kind    text not null,
    title   text not null,
    licence text not null,
    as_actor bigint not null,
    agreed  text not null default '', -- ids of authors who said yes
    at      bigint not null
);

-- Ids that once stood for an object: a draft's id after publication.
create table former_id (
    id     bigint primary key,
    object bigint not null
);

create table revision (
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
create index revision_actor on revision (as_actor, at);

create table relation (
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
create index relation_target on relation (target, kind, state, id);
create index relation_asked on relation (target, kind, state, id) where notify;

create table tag_follow (
    actor bigint not null,
    tag   text not null,
    name  text not null,
    id    bigint not null,
    primary key (actor, tag)
);
create index tag_follow_tag on tag_follow (tag);

create table reaction (
    actor    bigint not null,
    kind     text not null,
    object   bigint not null,
    id       bigint not null,
    emoji    text not null default '', -- of a like; empty: the plain like
    audience text not null default '',
    uri      text not null default '',
    primary key (actor, kind, object)
);
create unique index reaction_id on reaction (id);
create index reaction_object on reaction (object, kind, id);

-- How many likes of an object carry an emoji; plain ones are the rest.
create table object_emoji (
    object bigint not null,
    emoji  text not null,
    people integer not null,
    primary key (object, emoji)
);

create table thread_mute (
    actor  bigint not null,
    thread bigint not null,
    primary key (actor, thread)
);

create table media (
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
create index media_owner on media (owner, id);
create index media_loose on media (created_at) where attached_at = 0;
create index media_blob on media (blob);

create table preview (
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

create table notification (
    id        bigint primary key,
    recipient bigint not null,
    kind      text not null,
    sender    bigint not null default 0,
    object    bigint not null default 0,
    report    bigint not null default 0,
    at        bigint not null
);
create unique index notification_what on notification (recipient, kind, sender, object, report);
create index notification_list on notification (recipient, id);
create index notification_object on notification (object);

create table marker (
    actor   bigint not null,
    list    text not null,
    last    bigint not null,
    version integer not null default 1,
    at      bigint not null,
    primary key (actor, list)
);

create table activity (
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
create index activity_actor on activity (as_actor, id);

-- One row per piece of work (outlet, key). Asked for again while someone works
-- on it, its round grows, and whoever finishes an older round leaves it queued.
create table job (
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
create index job_due on job (outlet, run_at) where not failed;

create table idempotency (
    actor  bigint not null,
    key    text not null,
    object bigint not null,
    at     bigint not null,
    primary key (actor, key)
);

create table report (
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
create index report_state on report (state, id);

create table decision (
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
create index decision_actor on decision (actor, id);
create index decision_object on decision (object, id);

create table legal (
    name       text not null,
    lang       text not null,
    version    integer not null,
    source     text not null,
    html       text not null,
    by_account bigint not null,
    at         bigint not null,
    primary key (name, lang, version)
);

create table site (
    key   text primary key,
    value text not null
);

create table invite (
    code     text primary key,
    by_account bigint not null,
    uses     integer not null default 0,
    max_uses integer not null default 0,
    expires  bigint not null default 0,
    at       bigint not null
);

-- auth keeps its own tables.
create table session (
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
create index session_account on session (account);

create table app (
    id        bigint primary key,
    client_id text not null unique,
    secret    text not null,
    name      text not null,
    website   text not null default '',
    redirects text not null,
    scopes    text not null,
    at        bigint not null
);

create table grant_code (
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

create table token (
    hash    text primary key,
    id      bigint not null unique,
    app     bigint not null default 0,
    account bigint not null default 0, -- zero: the app itself
    actor   bigint not null default 0,
    scopes  text not null,
    at      bigint not null,
    seen_at bigint not null default 0
);
create index token_account on token (account);
create index token_app on token (app);

create table passkey (
    id      text primary key, -- credential id, base64url
    account bigint not null,
    name    text not null,
    data    text not null,    -- JSON of the credential
    at      bigint not null,
    seen_at bigint not null default 0
);
create index passkey_account on passkey (account);

create table second_factor (
    account  bigint primary key,
    secret   text not null,
    active   boolean not null,
    last     bigint not null default 0, -- last time step used
    recovery text not null default '[]' -- hashes of unused recovery codes
);

create table mail_code (
    hash    text primary key,
    account bigint not null,
    purpose text not null, -- "confirm", "password", "change"
    email   text not null default '',
    expires bigint not null
);
create index mail_code_account on mail_code (account);

-- Search bookkeeping: what of each object is in the index.
create table indexed (
    object  bigint primary key,
    version integer not null
);

insert into audience (id, kind, target, named) values (1, 'public', 0, ''), (2, 'unlisted', 0, ''), (3, 'local', 0, '');
insert into actor (id, kind, name, host, display_name, state, created_at, changed_at)
    values (1, 'Application', 'allmende', '', 'Allmende', 'active', 0, 0);
insert into actor_stat (actor) values (1);
