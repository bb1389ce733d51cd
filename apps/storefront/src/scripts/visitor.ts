// What a page shows of its visitor, from cookies that scripts may read: how many items are in the cart. Pages are the
// same for everybody until then.
const cookie = (name: string) =>
  document.cookie
    .split('; ')
    .find((one) => one.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** Shows the number of items in the header; scripts that have changed the cart send the event `souk:cart`. */
export function showCartCount(): void {
  const count = Number(cookie('souk_cart_count') ?? 0)
  for (const place of document.querySelectorAll<HTMLElement>('[data-cart-count]')) {
    place.textContent = count > 0 ? String(count) : ''
    place.hidden = count === 0
  }
}
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', showCartCount)
else showCartCount()

addEventListener('souk:cart', showCartCount)

// A page that comes back by the back button may be older than the cart.
addEventListener('pageshow', ({ persisted }) => persisted && showCartCount())
