-- Messages that triggers store must leave at once, as those of the other services do: a session that was ended stays open in the
-- gateway until its message arrives. No program notices what a trigger stores, so the trigger itself tells the relay, by the channel
-- of packages/messaging/relay.ts. PostgreSQL delivers one notification per transaction, after its commit.
create or replace function send_message(message_type text, message_key text, message_data json) returns void language sql as $$
  with envelope as (
    select
      uuidv7() as id,
      coalesce(
        nullif(current_setting('souk.traceparent', true), ''),
        '00-' || replace(gen_random_uuid()::text, '-', '') || '-' || left(replace(gen_random_uuid()::text, '-', ''), 16) || '-01'
      ) as traceparent
  )
  insert into outbox (event_id, type, key, envelope)
  select id, message_type, message_key, json_build_object(
    'specversion', '1.0',
    'id', id,
    'source', '/souk/users',
    'type', message_type,
    'subject', message_key,
    'time', to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'datacontenttype', 'application/json',
    'traceparent', traceparent,
    'data', message_data
  )
  from envelope;

  select pg_notify('souk_outbox', '');
$$;
