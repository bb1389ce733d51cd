-- The language in which the customer shopped, for letters: en, de. No row when the front did not say. A table of its own, because the
-- release before reads `orders` with `o.*`, and a statement that is prepared fails when its columns become more.
create table order_language (
  order_id uuid primary key references orders,
  language text not null
);
