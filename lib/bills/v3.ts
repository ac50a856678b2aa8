import type { V3Bills } from './api.js'
import { askForBill, type BillContext, type BillKind } from './ask.js'
import { FUNDFLOW } from './fundflow.js'
import { PROFIT_SHARING } from './profit-sharing.js'
import { TRADE } from './trade.js'

const ENCRYPTED = { algorithm: 'AEAD_AES_256_GCM' } as const

const KINDS = {
  trade: {
    method: 'bills.trade',
    path: 'v3/bill/tradebill',
    format: TRADE,
    required: ['bill_date'],
    optional: ['bill_type', 'sub_mchid', 'tar_type'],
  },
  fundflow: {
    method: 'bills.fundflow',
    path: 'v3/bill/fundflowbill',
    format: FUNDFLOW,
    required: ['bill_date'],
    optional: ['account_type', 'tar_type'],
  },
  subMerchantFundflow: {
    method: 'bills.subMerchantFundflow',
    path: 'v3/bill/sub-merchant-fundflowbill',
    format: FUNDFLOW,
    required: ['sub_mchid', 'bill_date', 'account_type'],
    optional: ['tar_type', 'algorithm'],
    defaults: ENCRYPTED,
  },
  ecommerceFundflow: {
    method: 'bills.ecommerceFundflow',
    path: 'v3/ecommerce/bill/fundflowbill',
    format: FUNDFLOW,
    required: ['bill_date'],
    optional: ['account_type', 'tar_type', 'algorithm'],
    defaults: { account_type: 'ALL', ...ENCRYPTED },
  },
  profitSharing: {
    method: 'bills.profitSharing',
    path: 'v3/profitsharing/bills',
    format: PROFIT_SHARING,
    required: ['bill_date'],
    optional: ['sub_mchid', 'tar_type'],
  },
} as const satisfies Readonly<Record<string, BillKind>>

export function createV3Bills(context: BillContext): V3Bills {
  return {
    trade: (request, options) => askForBill(context, KINDS.trade, request, options),
    fundflow: (request, options) => askForBill(context, KINDS.fundflow, request, options),
    subMerchantFundflow: (request, options) =>
      askForBill(context, KINDS.subMerchantFundflow, request, options),
    ecommerceFundflow: (request, options) => askForBill(context, KINDS.ecommerceFundflow, request, options),
    profitSharing: (request, options) => askForBill(context, KINDS.profitSharing, request, options),
  }
}
