-- What must be told of a product by law: its manufacturer, warnings, ingredients, fibers (Legal in the contract).
alter table product add column legal jsonb;
