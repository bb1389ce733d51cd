-- The kinds of letters are listed in the code (letters/letter-templates.ts), which may gain some in each release. The database only
-- says what a kind looks like.
alter table notification
  drop constraint notification_kind_check,
  add constraint notification_kind_check check (kind ~ '^[a-z]+(-[a-z]+)*$');
