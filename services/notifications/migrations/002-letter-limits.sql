-- A limit of letters per recipient. Letters above it are stored as suppressed: they are not sent, and staff see them.
alter table notification drop constraint notification_status_check;
alter table notification add constraint notification_status_check
  check (status in ('queued', 'sent', 'failed', 'suppressed')) not valid;

-- The mailbox that an address leads to: in lower case, without a +tag, and at Gmail without dots. One expression, so that it
-- is inlined.
create function mailbox_of(email text) returns text language sql immutable as $$
  select case
    when lower(email) ~ '@g(oogle)?mail\.com$'
      then replace(regexp_replace(split_part(lower(email), '@', 1), '(.)\+.*$', '\1'), '.', '') || '@gmail.com'
    else regexp_replace(lower(email), '^([^@+]+)\+[^@]*@', '\1@')
  end
$$;
-- In place of the index by lower(recipient): an insert still changes as many indexes.
create index notification_mailbox on notification (mailbox_of(recipient), id);
drop index notification_recipient;
