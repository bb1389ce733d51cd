-- souk: no transaction
-- Each channel reads its own due notifications, so that none waits behind another's.
create index concurrently if not exists notification_due_on_channel on notification (channel, next_attempt_at) where status = 'queued';
