import { FUNDFLOW } from './fundflow.js'
import { PROFIT_SHARING } from './profit-sharing.js'
import { TRADE } from './trade.js'

export { unzipped } from './bytes.js'
export { parseBill } from './parse.js'

/** The formats of bills, and what reads them: loaded with the first bill. */
export const formats = { trade: TRADE, fundflow: FUNDFLOW, profitSharing: PROFIT_SHARING } as const
