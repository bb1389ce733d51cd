// The pictures of each product: it alone, where it is used, and a closer look. In a file of their own, because the shop starts without what
// draws them.
export type View = 'alone' | 'setting' | 'detail'
export const views: readonly View[] = ['alone', 'setting', 'detail']
