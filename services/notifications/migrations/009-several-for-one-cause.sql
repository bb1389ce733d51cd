-- The former rule said one notification of a kind for each cause. The release before inserts with `on conflict do nothing`, which
-- names no constraint, so it goes on without it.
alter table notification drop constraint notification_cause_kind_key;
