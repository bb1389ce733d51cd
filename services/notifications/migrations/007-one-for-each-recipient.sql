-- souk: no transaction
-- One cause leads to one notification of a kind for each recipient on each channel: a customer may have several browsers.
create unique index concurrently if not exists notification_once on notification (cause, kind, channel, recipient);
