// English texts for after an order: its page, tracking, withdrawal.
export const after = {} as const
