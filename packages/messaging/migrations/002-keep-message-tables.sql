-- The role that runs a service may not change the schema. This function makes and drops partitions for it, with the rights of the
-- owner. It takes no arguments, so that it cannot be used to drop anything else. The inbox must remember longer than a message
-- can still come: in outbox_sent, at the broker, by hand.
create function keep_message_tables() returns void language plpgsql security definer as $$
begin
  perform keep_days('outbox_sent', 'time', 14), keep_days('inbox', 'uuid', 30);
end $$;

-- A caller's own search path must not decide which keep_days, and which tables, these are.
do $$
begin
  execute format('alter function keep_message_tables() set search_path = %I, pg_temp', current_schema());
end $$;
