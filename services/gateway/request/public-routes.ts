// The routes that the gateway offers to the world, read from the contracts.
import { allRoutes, isPublic } from '@souk/contracts'

export const publicRoutes = allRoutes.filter(isPublic)
