-- So many of a sold line came back before their order was sent: refunded, while the order keeps the rest. What an order still
-- has is quantity - returned. In stock_movement their reference is the refund, not the order.
alter table reservation_line add column returned bigint not null default 0;
