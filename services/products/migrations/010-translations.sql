-- Texts in other languages than the shop's own.

-- Beside the product, so that lists in the shop's own language never read them.
create table product_text (
  product_id uuid not null references product (id) on delete cascade,
  language text collate "C" not null,
  title text not null,
  -- Null where the original is shown.
  description text,
  -- { "Stoneware": "Steinzeug" }: names and values of attributes and options.
  words jsonb,
  -- Texts of the legal facts.
  legal jsonb,
  primary key (product_id, language)
);

-- Translations of the names and values of attributes, for facets. Products use the same words; the one that was written last decides.
create table attribute_word (
  language text collate "C" not null,
  word text collate "C" not null,
  translation text not null,
  primary key (language, word)
);

-- { "de": { "title": "Keramik", "description": "..." } }
alter table category add column translations jsonb not null default '{}';

-- As it is written in texts, with accents: to show a corrected query.
alter table search_word add column shown text;
