// English texts for information about the shop.
export const info = {} as const
