/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    visit: import('./shop/visit.ts').Visit
    shop: import('./shop/shop.ts').Shop
    language: import('@souk/contracts/storefront').Language
    texts: import('./texts/texts.ts').Texts
  }
}
