-- Pushes and text messages are notifications, too.
alter table notification drop constraint notification_channel_check;
alter table notification add constraint notification_channel_check check (channel in ('mail', 'push', 'sms')) not valid;
