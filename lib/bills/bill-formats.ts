import type { BillFormat } from './columns.js'
import { FUNDFLOW } from './fundflow.js'
import { PROFIT_SHARING } from './profit-sharing.js'
import { TRADE } from './trade.js'

export { unzipped } from './bytes.js'
export { parseBill } from './parse.js'

/** The formats of bills, and what reads them: loaded with the first bill. */
export const formats: Readonly<Record<'trade' | 'fundflow' | 'profitSharing', BillFormat>> = {
  trade: TRADE,
  fundflow: FUNDFLOW,
  profitSharing: PROFIT_SHARING,
}
