import { addBills } from './bills.js'
import { addCertificates } from './certificates.js'
import type { Context } from './context.js'
import { addCombinedOrders } from './flows/combined-orders.js'
import { addComplaints } from './flows/complaints.js'
import { addMemberCards } from './flows/member-cards.js'
import { addMerchantOrders } from './flows/merchant-orders.js'
import { addPayscore } from './flows/payscore.js'
import { addProfitSharing } from './flows/profit-sharing.js'
import { addTransferBatches } from './flows/transfer-batches.js'
import { addTransfers } from './flows/transfers.js'
import { addRefunds } from './refunds.js'
import { createRouter, type Router } from './router.js'

const FLOWS = [
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

/** The endpoints with a life of their own; all others are answered from the catalogue. */
export function createEndpoints(context: Context): Router {
  const router = createRouter()
  for (const add of FLOWS) add(router, context)
  return router
}
