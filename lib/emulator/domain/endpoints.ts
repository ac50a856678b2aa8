import type { Context } from '../context.js'
import { createRouter, type Router } from '../routing/router.js'
import { addBills } from './bills/bills.js'
import { addCertificates } from './certificates.js'
import { addCombinedOrders } from './combined-orders.js'
import { addComplaints } from './complaints.js'
import { addMemberCards } from './member-cards.js'
import { addMerchantOrders } from './merchant-orders.js'
import { addPayscore } from './payscore.js'
import { addProfitSharing } from './profit-sharing.js'
import { addRefunds } from './refunds.js'
import { addTransferBatches } from './transfer-batches.js'
import { addTransfers } from './transfers.js'

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
