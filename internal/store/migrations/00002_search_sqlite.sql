-- +goose Up
-- What of each published object can be searched: words and keys without their
-- places, under the object's id. Nothing can be read back from it. Three
-- shelves, so that a search walks no long lists of who may find what.
create virtual table search_public using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
create virtual table search_members using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
create virtual table search_named using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
alter table indexed add column shelf integer not null default 0;
alter table indexed add column target bigint not null default 0; -- whose followers may find it; 0 on the members' shelf: all members
-- The folded words of names, so that who types the beginning of one finds it
-- without looking at everybody.
create table actor_word (
    word  text not null,
    actor bigint not null,
    primary key (word, actor)
);
create index actor_word_actor on actor_word (actor);
