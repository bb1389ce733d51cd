-- A password that its owner must replace before it opens the account again: by a link that is sent to the e-mail address (the account
-- became staff, and somebody else may know the password), or at the next sign-in (it was generated and printed).
alter table credential add column must_change_by text check (must_change_by in ('reset-link', 'sign-in'));

-- A change of the e-mail address that waits for its link. One a user: a newer request replaces the older one.
create table email_change (
  user_id uuid primary key references shop_user (id) on delete cascade,
  -- SHA-256 of the link's token.
  token_hash text not null unique,
  new_email text not null check (new_email = lower(new_email)),
  -- The session that asked for it; the only one that goes on after the change.
  session_id uuid,
  expires_at timestamptz not null
);
create index on email_change (expires_at);

-- For deleting the links of a user.
create index on verification (value);

-- Every change of a password, by any route, makes the links that were sent before useless and fulfills the duty to change it.
create function password_changed() returns trigger language plpgsql as $$
begin
  new.must_change_by := null;
  delete from verification where value = new.user_id::text;
  delete from email_change where user_id = new.user_id;
  return new;
end $$;
create trigger password_changed before update of password on credential for each row
  when (old.password is distinct from new.password)
  execute function password_changed();

-- Orders give the guest orders of a proved address to its account.
create function announce_proof() returns trigger language plpgsql as $$
begin
  perform send_message('users.email-proved', new.id::text, json_build_object('userId', new.id, 'email', new.email));
  return null;
end $$;
create trigger email_proved after update of email, email_verified on shop_user for each row
  when (new.email_verified and (old.email, old.email_verified) is distinct from (new.email, true))
  execute function announce_proof();

-- The sessions of staff were made for two weeks. New ones end after a working day, and earlier when they are not used.
delete from session where user_id in (select id from shop_user where role = 'staff');
