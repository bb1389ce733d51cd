-- The language in which the customer shopped, for letters: en, de. Null when the front did not say.
alter table orders add column language text;
