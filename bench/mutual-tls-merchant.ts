import type { Merchant } from './merchant.js'

/** A merchant with what APIv2 and a client certificate take. */
export interface SecureMerchant extends Merchant {
  readonly secret: string
  readonly merchant: { readonly cert: string; readonly key: string }
  readonly ca: string
}

export const TRANSFER_PATH = '/mmpaymkttransfers/promotion/transfers'
