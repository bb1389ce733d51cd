// What services promise each other. Import a service's contract by its name: '@souk/contracts/orders'.
export * from './apis.ts'
export * from './basics.ts'
export * from './client.ts'
export * from './currencies.ts'
export * from './define.ts'
