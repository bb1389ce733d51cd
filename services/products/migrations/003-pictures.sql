-- Pictures of products. Their files live here too, so that a process keeps nothing of its own on a disk, whether one
-- process runs the whole shop or many run behind a balancer.

create table picture (
  id uuid primary key,
  product_id uuid not null references product (id) on delete cascade,
  alt text not null default '',
  position integer not null,
  status text not null default 'processing' check (status in ('processing', 'ready', 'failed')),
  -- Why it failed, for staff.
  failure text,
  width integer not null,
  height integer not null,
  -- How often its sizes were begun. A picture that kills its painter again and again is given up.
  attempts integer not null default 0
);
create index on picture (product_id, position, id);

create table picture_file (
  picture_id uuid not null references picture (id) on delete cascade,
  size text not null check (size in ('original', 'small', 'medium', 'large')),
  content_type text not null,
  bytes bytea not null,
  primary key (picture_id, size)
);
-- Pictures are compressed already.
alter table picture_file alter column bytes set storage external;
