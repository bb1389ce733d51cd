-- The last version that others were told of a product that was deleted. Its id may come back (an import, an undo), and its
-- versions go on from there: readers take a lower one for an old one.
create table deleted_product (
  id uuid primary key,
  version integer not null
);

insert into deleted_product (id, version)
select key::uuid, max((envelope -> 'data' ->> 'version')::integer)
from outbox_sent
where type = 'products.product-deleted'
group by key
on conflict (id) do nothing;
