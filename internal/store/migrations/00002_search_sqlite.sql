-- +goose Up
-- What of each published object can be searched: words and keys without their
-- places, under the object's id. Nothing can be read back from it.
create virtual table search using fts5(tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_'");
-- Whose followers may find it, when it has the key for that.
alter table indexed add column target bigint not null default 0;
