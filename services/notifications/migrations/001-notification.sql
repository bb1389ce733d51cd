-- Who was told what. One row is one mail: the record of it, and until it has left, its place in the queue.
create table notification (
  -- UUIDv7 by arrival: the primary key is also the order of the list, newest first.
  id uuid primary key,
  channel text not null check (channel in ('mail')),
  -- The message that this answers, or the repetition that staff asked for. One cause leads to one mail of a kind, whatever
  -- is delivered twice.
  cause uuid not null,
  kind text not null check (kind in (
    'order-confirmed', 'order-shipped', 'order-canceled', 'order-refunded', 'verification', 'password-reset')),
  recipient text not null,
  subject text not null,
  -- What the letter is written from, when it is sent or looked at: 1.5 kB in place of 10 kB of HTML. As json, because nobody
  -- searches in it. Forgotten after 90 days; once sent, at once where it holds a secret link.
  content json,
  order_id uuid,
  status text not null check (status in ('queued', 'sent', 'failed')),
  attempts integer not null default 0,
  -- While a process sends it, the end of its turn: after a crash it is sent again then, under the same message id.
  next_attempt_at timestamptz not null,
  error text,
  -- Made from cause and kind, so that a mail that is sent twice is recognized as one; and as unique as they are.
  message_id text not null,
  -- The notification that staff had repeated.
  repeats uuid references notification (id),
  created_at timestamptz not null,
  sent_at timestamptz,
  unique (cause, kind),
  check ((status = 'sent') = (sent_at is not null)),
  check (status <> 'failed' or error is not null)
) with (autovacuum_analyze_threshold = 50000);
create index notification_order on notification (order_id, id) where order_id is not null;
create index notification_recipient on notification (lower(recipient), id);
create index notification_due on notification (next_attempt_at) where status = 'queued';
create index notification_unsent on notification (status, id) where status <> 'sent';
create index notification_content on notification (id) where content is not null;
