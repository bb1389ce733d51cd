import type { GatewayContext } from './context.ts'
import type { Desk, Server } from './visit.ts'
export function addFrontPages(_s: Server, _c: GatewayContext, _d: Desk) {}
