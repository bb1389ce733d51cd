// English texts for accounts.
export const account = {} as const
