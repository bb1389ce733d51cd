// The gateway: the only service that is reached from outside. It has no database; all its state is in memory and short-lived.
import { gatewayApi } from '@souk/contracts/gateway'
import { defineService, securityEventsTotal } from '@souk/service'
import { categoryPage, homePage, productPage } from './aggregates/pages.ts'
import { forgetAll, messages, receiveBroadcast } from './broadcasts.ts'
import { makePublicReads } from './cache/public-reads.ts'
import { calls, settings } from './context.ts'
import { openResources } from './resources.ts'
import { openServer } from './server.ts'
import { asyncapi, docs, front, openapi } from './site/site-pages.ts'

export const gateway = defineService({
  name: 'gateway',
  api: gatewayApi,
  settings,
  calls,
  open: openResources,
  routes: { homePage, productPage, categoryPage, front, docs, openapi, asyncapi },
  broadcasts: { messages, receive: receiveBroadcast, missed: forgetAll },
  metrics: [securityEventsTotal],
  serve: openServer,
  readPublic: makePublicReads,
})
