-- What each refund is for: items, shipping, or goodwill, with the tax that each part contains. What is for neither items nor
-- shipping is goodwill, also in what a process of the version before stores. A refund of zero cancels units without money.
alter table refund
  add column items_amount bigint not null default 0,
  add column items_tax bigint not null default 0,
  add column shipping_amount bigint not null default 0,
  add column shipping_tax bigint not null default 0,
  add column goodwill_tax bigint not null default 0,
  drop constraint refund_amount_check,
  add constraint refund_adds_up check (
    least(items_amount, shipping_amount, items_tax, shipping_tax, goodwill_tax) >= 0
    and items_amount + shipping_amount <= amount);
comment on column refund.lines is
  'The units whose money is settled with it: [{ sku, quantity, unshipped, restocked, amount, tax, share }]. unshipped of them '
  'will not be sent, restocked came back, amount (with tax in it) goes back, and share is what was paid for them.';

-- The refunds until now did not say what they were for. The amount of a refund by lines is first for these lines, up to the share
-- of their units, then for shipping, and the rest is goodwill. A refund by amount is goodwill; of a canceled order, it is first
-- for what is left of the lines, then for shipping. Failed refunds come last and take nothing from others.

-- The tax in an amount that is taken from a line, from the shipping, or from everything, whose tax and amount are left. It is
-- bounded so that the last refund of an order can take all the tax that is left. The rule of services/orders/order/money-left.ts.
create function pg_temp.tax_in(taken bigint, tax bigint, amount bigint, all_tax bigint, all_amount bigint) returns bigint
language sql immutable as $$
  select greatest(
    all_tax - greatest(all_amount - taken, 0),
    0,
    least(case when amount > 0 then round(tax::numeric * least(taken, amount) / amount)::bigint else 0 end, taken, all_tax))
$$;

do $$
declare
  r record;
  bought record;
  _order uuid;
  _left jsonb; -- { sku: { units, share, amount, tax } } of each line, shipping as '' and everything as '*'.
  _before jsonb;
  _line jsonb;
  _lines jsonb;
  _rest bigint;
  _part bigint;
  _share bigint;
  _tax bigint;
  _taxes bigint[]; -- Of items, shipping, goodwill.
  _items bigint;
  _shipping bigint;
begin
  for r in
    select f.*, o.lines as order_lines, o.tax_included, o.total_amount, o.tax_amount, o.status as order_status
    from refund f
    join orders o on o.id = f.order_id
    order by f.order_id, f.status = 'failed', f.created_at, f.id
  loop
    if _order is distinct from r.order_id then
      _order := r.order_id;
      select jsonb_object_agg(sku, jsonb_build_object('units', quantity, 'share', paid, 'amount', paid, 'tax', tax))
        || jsonb_build_object(
          '', jsonb_build_object('amount', r.total_amount - sum(paid), 'tax', r.tax_amount - sum(tax)),
          '*', jsonb_build_object('amount', r.total_amount, 'tax', r.tax_amount))
      into _left
      from (
        select line ->> 'sku' as sku, (line ->> 'quantity')::bigint as quantity, (line -> 'tax' ->> 'amount')::bigint as tax,
          (line -> 'lineTotal' ->> 'amount')::bigint
            + case when r.tax_included then 0 else (line -> 'tax' ->> 'amount')::bigint end as paid
        from json_array_elements(r.order_lines) as line
      ) as line;
    end if;
    _before := _left;
    _rest := r.amount;
    _items := 0;
    _shipping := 0;
    _taxes := '{0,0,0}';
    _lines := '[]';

    for bought in
      select line ->> 'sku' as sku, (line ->> 'quantity')::bigint as quantity,
        coalesce((line ->> 'unshipped')::bigint, 0) as unshipped, place
      from json_array_elements(r.lines) with ordinality as given (line, place)
      union all
      select line ->> 'sku', 0, 0, place
      from json_array_elements(r.order_lines) with ordinality as given (line, place)
      where r.order_status = 'canceled' and json_array_length(r.lines) = 0
      order by place
    loop
      _line := _left -> bought.sku;
      continue when _line is null;
      _share := case
        when bought.quantity = 0 or (_line ->> 'units')::bigint = 0 then 0
        else round((_line ->> 'share')::numeric
          * least(bought.quantity, (_line ->> 'units')::bigint) / (_line ->> 'units')::bigint)::bigint end;
      _part := least(_rest, (_line ->> 'amount')::bigint, case when bought.quantity > 0 then _share end);
      continue when bought.quantity = 0 and _part = 0;
      _tax := pg_temp.tax_in(_part, (_line ->> 'tax')::bigint, (_line ->> 'amount')::bigint,
        (_left -> '*' ->> 'tax')::bigint, (_left -> '*' ->> 'amount')::bigint);
      _rest := _rest - _part;
      _items := _items + _part;
      _taxes[1] := _taxes[1] + _tax;
      _left := _left || jsonb_build_object(
        bought.sku, jsonb_build_object(
          'units', greatest((_line ->> 'units')::bigint - bought.quantity, 0), 'share', (_line ->> 'share')::bigint - _share,
          'amount', (_line ->> 'amount')::bigint - _part, 'tax', greatest((_line ->> 'tax')::bigint - _tax, 0)),
        '*', jsonb_build_object(
          'amount', greatest((_left -> '*' ->> 'amount')::bigint - _part, 0), 'tax', (_left -> '*' ->> 'tax')::bigint - _tax));
      _lines := _lines || jsonb_build_object('sku', bought.sku, 'quantity', bought.quantity, 'unshipped', bought.unshipped,
        'restocked', 0, 'amount', _part, 'tax', _tax, 'share', _share);
    end loop;

    if r.order_status = 'canceled' or json_array_length(r.lines) > 0 then
      _line := _left -> '';
      _shipping := least(_rest, (_line ->> 'amount')::bigint);
      _taxes[2] := pg_temp.tax_in(_shipping, (_line ->> 'tax')::bigint, (_line ->> 'amount')::bigint,
        (_left -> '*' ->> 'tax')::bigint, (_left -> '*' ->> 'amount')::bigint);
      _rest := _rest - _shipping;
      _left := _left || jsonb_build_object(
        '', jsonb_build_object(
          'amount', (_line ->> 'amount')::bigint - _shipping, 'tax', greatest((_line ->> 'tax')::bigint - _taxes[2], 0)),
        '*', jsonb_build_object('amount', greatest((_left -> '*' ->> 'amount')::bigint - _shipping, 0),
          'tax', (_left -> '*' ->> 'tax')::bigint - _taxes[2]));
    end if;
    _line := _left -> '*';
    _taxes[3] := pg_temp.tax_in(_rest, (_line ->> 'tax')::bigint, (_line ->> 'amount')::bigint,
      (_line ->> 'tax')::bigint, (_line ->> 'amount')::bigint);
    _left := _left || jsonb_build_object('*', jsonb_build_object(
      'amount', greatest((_line ->> 'amount')::bigint - _rest, 0), 'tax', (_line ->> 'tax')::bigint - _taxes[3]));

    update refund
    set items_amount = _items, items_tax = _taxes[1], shipping_amount = _shipping, shipping_tax = _taxes[2],
      goodwill_tax = _taxes[3], lines = _lines::json
    where id = r.id;
    if r.status = 'failed' then
      _left := _before;
    end if;
  end loop;
end $$;
drop function pg_temp.tax_in;
