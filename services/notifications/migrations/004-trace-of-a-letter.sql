-- The W3C traceparent of what caused the letter, so that the mail belongs to the trace of the purchase. Null for letters of before.
alter table notification add column traceparent text;
