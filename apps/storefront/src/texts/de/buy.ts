// German texts for buying: cart and checkout.
export const buy = {} as const
