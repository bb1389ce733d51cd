// The gateway: the one public door. It owns nothing but what it remembers for moments.
import { gatewayApi } from '@souk/contracts/gateway'
import { CategoryChanged, ProductChanged, ProductDeleted } from '@souk/contracts/products'
import { SessionRevoked, UserDeleted, UserUpdated } from '@souk/contracts/users'
import { defineService } from '@souk/service'
import { categoryPage, homePage, productPage } from './aggregates/pages.ts'
import { hear } from './broadcasts.ts'
import { calls, settings } from './context.ts'
import { orderMessages } from './live/server-sent-events.ts'
import { openOwn } from './resources.ts'
import { openDoor } from './server.ts'

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
