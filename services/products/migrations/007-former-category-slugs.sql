-- Where a category was found before it was renamed. A slug that another category takes for itself leaves this table.
create table former_category_slug (
  slug text collate "C" primary key,
  category_id uuid not null references category (id) on delete cascade
);
create index on former_category_slug (category_id);

-- The renames of the last days are in the messages that were sent.
insert into former_category_slug (slug, category_id)
select distinct on (told.slug) told.slug, told.category_id
from (
  select envelope -> 'data' ->> 'slug' as slug, key::uuid as category_id, envelope ->> 'time' as sent_at
  from outbox_sent
  where type = 'products.category-changed'
) as told
join category c on c.id = told.category_id
where not exists (select from category present where present.slug = told.slug)
order by told.slug, told.sent_at desc
on conflict (slug) do nothing;
