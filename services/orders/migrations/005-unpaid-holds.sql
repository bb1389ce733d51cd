-- From which network an open checkout came, as a keyed hash: what is held unpaid is bounded per network. Null for checkouts from
-- before, and when the address is not known.
alter table open_checkout add column network text;
