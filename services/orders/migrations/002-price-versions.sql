-- Each SKU of the price list has a version of its own, so that a checkout compares only its own goods. Before, one row counted the
-- changes of the whole list: while any product changed often, checkouts of all others had to begin again.
create sequence price_version;

-- Grows whenever something that a cart shows of the SKU has changed. Never the same for two rows.
alter table price_list add column version bigint not null default nextval('price_version');

-- price_list_version is not used any more. It is dropped in a later release, because instances of the last one still read it.
