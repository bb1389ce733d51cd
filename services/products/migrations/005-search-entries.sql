-- Search data in tables of their own, two of them, so that one is rebuilt while searches read the other. The service makes the
-- entries (listing/index-products.ts): it prepares products and queries by the same code.

create table search_a (
  -- The product's.
  id uuid primary key references product (id) on delete cascade,
  is_published boolean not null,
  category_id uuid,
  created_at timestamptz(3) not null,
  -- As the product has it, to sort by.
  sort_title text collate "C" not null,
  -- The title as it is compared as a whole.
  title text collate "C" not null,
  tags text[] not null,
  -- { "EUR": 1900 }: the lowest price in each currency.
  lowest jsonb not null,
  -- Of the title: every word in each spelling, its stems, neighboring words joined, and the word itself again behind '='.
  title_words tsvector not null,
  -- Of everything: the same without '='; words of title, category and attributes again behind '+'; SKUs behind '#'.
  words tsvector not null
);
-- Searches look at thousands of rows and need the vectors of few: rows stay narrow, the vectors lie beside the table.
alter table search_a set (toast_tuple_target = 256);
alter table search_a alter column title_words set storage external, alter column words set storage external;
create table search_b (like search_a including all);
alter table search_b add foreign key (id) references product (id) on delete cascade;
alter table search_b set (toast_tuple_target = 256);

-- Every search reads the whole list of pending entries, so it is kept short.
create index search_a_words on search_a using gin (words) with (gin_pending_list_limit = 256);
create index search_a_title_words on search_a using gin (title_words) with (gin_pending_list_limit = 256);
create index search_a_title on search_a (title, id) where is_published;
create index search_b_words on search_b using gin (words) with (gin_pending_list_limit = 256);
create index search_b_title_words on search_b using gin (title_words) with (gin_pending_list_limit = 256);
create index search_b_title on search_b (title, id) where is_published;

-- The search data of a shop from before, which its searches read until the first rebuild has ended.
create view search_before as
select p.id, p.status = 'published' as is_published, p.category_id, p.created_at, p.sort_title,
  p.sort_title as title, p.tags, (
    select coalesce(jsonb_object_agg(price.currency, price.lowest), '{}')
    from product_price price
    where price.product_id = p.id) as lowest,
  p.title_search as title_words, p.search as words
from product p;

-- One row: which table searches read, and what a rebuild has filled so far.
create table search_index (
  is_only boolean primary key default true check (is_only),
  live text not null check (live in ('search_before', 'search_a', 'search_b')),
  -- Made by this version of the rules for text, with stems of these languages.
  rules integer not null,
  languages text[] not null,
  switched_at timestamptz not null default '-infinity',
  building text check (building in ('search_a', 'search_b')),
  building_rules integer,
  building_languages text[],
  -- Products up to this id are in the table that is being filled.
  built_until uuid,
  -- When the last batch was filled in: a rebuild that has stood still for long was interrupted.
  built_at timestamptz,
  -- Counts the rebuilds.
  generation integer not null default 0
);
-- A new shop has nothing to fill: its first entries go into the new table. Version 0 has no languages yet.
insert into search_index (live, rules, languages)
select case when exists (select from product) then 'search_before' else 'search_a' end, 0, '{english}';

-- The rebuild in which a word was last met; a rebuild deletes the words that it did not meet.
alter table search_word add column generation integer not null default 0;

-- Empties the table that is not in use. The role that runs the service may not truncate tables itself.
create function empty_search_table(name text) returns void language plpgsql security definer set search_path from current as $$
begin
  if exists (select from search_index where live = name) then
    raise exception 'Searches read the table %.', name;
  end if;
  if name = 'search_a' then
    truncate search_a;
  elsif name = 'search_b' then
    truncate search_b;
  end if;
end $$;

-- Products keep what lists and filters need; the old search columns are kept up only until the first rebuild has ended.
alter table product alter column title_search set default '', alter column search set default '';
create or replace function derive_search() returns trigger language plpgsql as $$
declare
  shelf text;
begin
  new.sort_title := plain_title(new.title);
  new.tags := array(
    select key || ':' || value
    from jsonb_each_text(new.attributes));
  if not exists (select from search_index where live = 'search_before') then
    new.title_search := '';
    new.search := '';
    return new;
  end if;
  select concat_ws(' ', c.title, parent.title) into shelf
  from category c
  left join category parent on parent.id = c.parent_id
  where c.id = new.category_id;
  new.title_search :=
    setweight(to_tsvector('catalogue', plain_words(new.title)), 'A')
    || setweight(to_tsvector('catalogue_words', plain_words(new.title)), 'A');
  new.search := new.title_search
    || setweight(to_tsvector('catalogue', plain_words(concat_ws(' ', shelf, (
      select string_agg(value, ' ')
      from jsonb_each_text(new.attributes))))), 'B')
    || setweight(to_tsvector('catalogue', plain_words(new.description)), 'C');
  return new;
end $$;
