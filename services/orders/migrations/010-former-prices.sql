-- What a SKU cost before its prices changed, so that a cart can say what has changed since its customer stored it. Written when a
-- price changes, and read with a cart; storing a cart and checking out do not touch it. Kept as long as carts are.
create table former_price (
  sku text not null,
  -- Until when these were its prices.
  until timestamptz not null,
  -- [{ amount, currency }]
  prices json not null,
  primary key (sku, until)
);
create index former_price_by_end on former_price (until);
