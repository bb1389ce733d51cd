// The gateway: the one public door. It owns nothing but what it remembers for moments.
import { gatewayApi } from '@souk/contracts/gateway'
import { CategoryChanged, ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { SessionRevoked, UserDeleted, UserUpdated } from '@souk/contracts/users'
import { defineService } from '@souk/service'
import { calls, settings } from './context.ts'
import { openDoor } from './door.ts'
import { hear } from './hear.ts'
import { openOwn } from './own.ts'
import { categoryPage, homePage, productPage } from './pages.ts'
import { orderMessages } from './streams.ts'

export const gateway = defineService({
  name: 'gateway',
  api: gatewayApi,
  settings,
  calls,
  open: openOwn,
  routes: { homePage, productPage, categoryPage },
  broadcasts: {
    messages: [
      ...[ProductChanged, ProductDeleted, CategoryChanged],
      ...[SessionRevoked, UserDeleted, UserUpdated],
      ...orderMessages,
    ],
    receive: hear,
  },
  serve: openDoor,
})
