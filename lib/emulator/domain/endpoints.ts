import type { Context } from '../context.js'
import type { Endpoint, Handler } from '../routing/handler.js'
import { createRouter } from '../routing/router.js'
import { addBills } from './bills/bills.js'
import { addCertificates } from './certificates.js'
import { checkParties } from './check-parties.js'
import { addCombinedOrders } from './combined-orders.js'
import { addComplaints } from './complaints.js'
import { addMemberCards } from './member-cards.js'
import { addMerchantOrders } from './merchant-orders.js'
import { addPayscore } from './payscore.js'
import { addProfitSharing } from './profit-sharing.js'
import { addRefunds } from './refunds.js'
import { addTransferBatches } from './transfer-batches.js'
import { addTransfers } from './transfers.js'

const STATEFUL = [
  addCertificates,
  addMerchantOrders,
  addCombinedOrders,
  addRefunds,
  addTransfers,
  addTransferBatches,
  addProfitSharing,
  addPayscore,
  addComplaints,
  addMemberCards,
  addBills,
] as const

/** A handler that is reached by requests whose merchants and appids belong together. A brand has none of them. */
function checked(handler: Handler, { identity }: Context): Handler {
  return (request) => {
    if (request.caller.scheme === 'merchant') checkParties(request, identity.facts)
    return handler(request)
  }
}

/** The endpoints of APIv3. */
export interface Endpoints {
  find(method: string, path: string): Promise<Endpoint | undefined>
}

/** Endpoints that remember what happened have handlers of their own; all others respond with documented samples. */
export function createEndpoints(context: Context): Endpoints {
  const router = createRouter<Handler>()
  for (const add of STATEFUL) add(router, context)
  return {
    async find(method, path) {
      const route = router.find(method, path)
      if (route) {
        return { template: route.template, params: route.params, handler: checked(route.target, context) }
      }
      // The whole catalogue is loaded with the first request that needs it.
      const { findDocumented } = await import('./documented.js')
      const found = await findDocumented(method, path, context)
      return found && { ...found, handler: checked(found.handler, context) }
    },
  }
}
