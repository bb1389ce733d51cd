-- Finding products: full text with English stems, accents left out, and a word list against typing errors.
-- The search columns of a product follow from the others by a trigger, so that no writer can forget them.

create extension if not exists unaccent;
create extension if not exists pg_trgm;
create extension if not exists fuzzystrmatch;

-- Two ways to read a text: by stems (bowls is bowl) and word by word (for prefixes, and for the word list).
create text search configuration catalogue (copy = english);
alter text search configuration catalogue
  alter mapping for hword, hword_part, word with unaccent, english_stem;
create text search configuration catalogue_words (copy = simple);
alter text search configuration catalogue_words
  alter mapping for hword, hword_part, word with unaccent, simple;

-- Only letters and digits, one space between words. The parser would take "1.5", "a/b" or "x@y" for things of their own.
create function plain_words(text) returns text language sql immutable parallel safe
  return btrim(regexp_replace(normalize($1, nfkc), '[^[:alnum:]]+', ' ', 'g'));

-- The same without accents and capitals, to sort and to compare by.
create function plain_title(text) returns text language sql immutable parallel safe
  return left(lower(unaccent('unaccent'::regdictionary, plain_words($1))), 60);

alter table product
  -- Short enough for a cursor.
  add column sort_title text collate "C" not null,
  -- The attributes as "material:Stoneware", for filters and facets.
  add column tags text[] not null,
  -- Of the title alone: found there is found first.
  add column title_search tsvector not null,
  add column search tsvector not null;

create function derive_search() returns trigger language plpgsql as $$
declare
  shelf text;
begin
  select concat_ws(' ', c.title, parent.title) into shelf
  from category c
  left join category parent on parent.id = c.parent_id
  where c.id = new.category_id;

  new.sort_title := plain_title(new.title);
  new.tags := array(
    select key || ':' || value
    from jsonb_each_text(new.attributes));
  -- Titles are kept in both readings: a half-typed "cerami" is no prefix of the stem "ceram".
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
create trigger product_search
  before insert or update of title, description, attributes, category_id on product
  for each row execute function derive_search();

create index product_words on product using gin (search);
create index product_title_words on product using gin (title_search) where status = 'published';
create index product_tags on product using gin (tags) where status = 'published';
create index product_title on product (sort_title, id) where status = 'published';
create index product_title_in on product (category_id, sort_title, id) where status = 'published';

-- Every word that titles, categories and attributes have used, for "did you mean". Words stay when their product goes:
-- there are only so many words, and one that finds nothing does no harm.
create table search_word (
  word text collate "C" primary key
);
create index search_word_alike on search_word using gin (word gin_trgm_ops);
