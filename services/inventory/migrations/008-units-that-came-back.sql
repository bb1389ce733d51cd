-- Sent units come back, too, when a refund says so.
comment on column reservation_line.returned is
  'So many of a sold line came back: canceled or refunded before they were sent, or sent back by the customer. What an order still '
  'has is quantity - returned. In stock_movement their reference is the refund or the cancellation, not the order.';
