-- Further words that a product is found by, which customers do not see: synonyms, occasions, uses. In each language of its texts.
alter table product add column keywords text[] not null default '{}';
alter table product_text add column keywords text[] not null default '{}';
