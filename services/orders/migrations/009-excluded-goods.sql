-- Goods for which there is no right of withdrawal, as the catalog says: made to order, for example.
alter table price_list add column withdrawal text;
