-- What people want to be told besides mail about their orders, and where.

-- The keys with which pushes are signed (VAPID). Browsers subscribe with the newest; older ones sign for those that subscribed with them.
create table push_key (
  public_key text primary key,
  private_key text not null,
  -- True for the key that a shop without keys in its settings has made: there is one, whoever starts at the same time.
  is_made boolean unique check (is_made),
  created_at timestamptz not null
);

-- A browser that receives pushes. Its endpoint is a secret: whoever knows it and the keys may send to it.
create table push_browser (
  id uuid primary key,
  endpoint text not null,
  -- SHA-256: an endpoint is too long for an index.
  endpoint_hash bytea not null unique,
  p256dh text not null,
  auth text not null,
  -- The key that it has subscribed with.
  public_key text not null references push_key (public_key),
  language text not null,
  created_at timestamptz not null
);
-- What a browser is told of: all orders of a customer, or one order.
create table push_topic (
  browser_id uuid not null references push_browser (id) on delete cascade,
  user_id uuid,
  order_id uuid,
  created_at timestamptz not null,
  check (num_nonnulls(user_id, order_id) = 1),
  unique nulls not distinct (browser_id, user_id, order_id)
);
create index push_topic_user on push_topic (user_id) where user_id is not null;
create index push_topic_order on push_topic (order_id) where order_id is not null;

-- What a customer wants to be told. Without a row: mail about everything, and pushes to the browsers that asked for them.
create table person (
  user_id uuid primary key,
  -- News of orders by name (confirmed, shipped, canceled, refunded) that are left out of mail and push, and that are texted.
  no_mail text[] not null default '{}',
  no_push text[] not null default '{}',
  texts text[] not null default '{}',
  -- Pushes and texts wait until they are over.
  quiet_from text,
  quiet_until text,
  time_zone text,
  language text,
  phone text,
  phone_confirmed_at timestamptz,
  -- The number that is to be confirmed, with the hash of its code.
  new_phone text,
  code_hash bytea,
  code_tries integer not null default 0,
  code_expires_at timestamptz,
  check (num_nonnulls(quiet_from, quiet_until, time_zone) in (0, 3))
);

-- Who asked for the newsletter. One row for each mailbox (mailbox_of), also when it was unsubscribed: the proof of what was agreed.
create table newsletter_subscriber (
  mailbox text primary key,
  email text not null,
  language text not null,
  status text not null check (status in ('asked', 'on', 'off')),
  -- SHA-256 of the token in the mail that asks for confirmation.
  confirmation_hash bytea unique,
  -- The customer who turned it on in the preferences.
  user_id uuid,
  asked_at timestamptz not null,
  confirmed_at timestamptz,
  ended_at timestamptz
);

-- Who waits for a SKU: a mailbox or a browser. The row ends when it was told.
create table stock_alert (
  id uuid primary key,
  sku text not null,
  mailbox text,
  email text,
  browser_id uuid references push_browser (id) on delete cascade,
  language text not null,
  is_confirmed boolean not null,
  confirmation_hash bytea unique,
  created_at timestamptz not null,
  check (num_nonnulls(mailbox, browser_id) = 1),
  check ((mailbox is null) = (email is null))
);
create unique index stock_alert_mailbox on stock_alert (mailbox, sku) where mailbox is not null;
create unique index stock_alert_browser on stock_alert (browser_id, sku) where browser_id is not null;
create index stock_alert_sku on stock_alert (sku, id) where is_confirmed;
create index stock_alert_asked on stock_alert (created_at) where not is_confirmed;

-- The token with which a mailbox unsubscribes from a kind of letters. It never changes, so links in old letters work for ever.
create table unsubscribe_token (
  kind text not null check (kind in ('newsletter', 'stock-alert')),
  mailbox text not null,
  token text not null unique,
  primary key (kind, mailbox)
);

-- Addresses that refused what was sent: mailboxes that do not exist, numbers that take no texts.
create table refusing_address (
  channel text not null,
  address text not null,
  times integer not null,
  error text not null,
  refused_at timestamptz not null,
  -- Nothing is tried before.
  quiet_until timestamptz not null,
  primary key (channel, address)
);

-- Counts what strangers can cause, by network and mailbox.
create table throttle (
  bucket text primary key,
  tries integer not null,
  window_ends_at timestamptz not null
);
create index throttle_ended on throttle (window_ends_at);

-- Our own copy of what is for sale, fed by messages of products: alerts name it and lead to it.
create table sku_name (
  sku text primary key,
  product_id uuid not null,
  slug text not null,
  title text not null,
  is_for_sale boolean not null
);
create index sku_name_product on sku_name (product_id);
-- The newest version of each product that was heard of, deleted ones too: older messages that come late change nothing.
create table product_heard (
  product_id uuid primary key,
  version integer not null
);
-- Since when this service listens to a message that it did not know before. Older ones are not missing here: until
-- `npm run redrive -- products --present` has told of the products of before, nobody can wait for them.
create table listens_since (
  type text primary key,
  since timestamptz not null default clock_timestamp()
);
insert into listens_since (type) values
  ('products.product-changed'), ('products.product-deleted'), ('inventory.back-in-stock'), ('users.user-deleted');
