import { parseArgs } from 'node:util'
import { measureBillFile } from './bill-file.js'
import { measureBulk } from './bulk.js'
import { measureChain } from './chain.js'
import { measureColdStart } from './cold-start.js'
import { measureEndToEnd } from './end-to-end.js'
import { measureGrowth } from './growth.js'
import { describeMachine } from './machine.js'
import { measureMutualTls } from './mutual-tls.js'
import { measureNotifications } from './notifications.js'
import { measureQuotedBill } from './quoted-bill.js'
import { type Row, toTable } from './report.js'
import { measureSigning } from './signing.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1' },
    'in-flight': { type: 'string', default: '64' },
    profile: { type: 'string' },
    calls: { type: 'string', default: '1000000' },
    burst: { type: 'string', default: '10000' },
  },
})

const sections: Readonly<Record<string, () => Promise<Row[]>>> = {
  'cold-start': measureColdStart,
  chain: measureChain,
  signing: measureSigning,
  'end-to-end': () =>
    measureEndToEnd({
      inFlight: Number(values['in-flight']),
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      profile: values.profile,
    }),
  'mutual-tls': measureMutualTls,
  notifications: measureNotifications,
  bills: async () => [...(await measureBillFile()), ...(await measureQuotedBill())],
  bulk: measureBulk,
  growth: () =>
    measureGrowth({
      calls: Number(values.calls),
      inFlight: Number(values['in-flight']),
      burst: Number(values.burst),
    }),
}

/** Measured only when asked for by name: it takes a quarter of an hour. */
const LONG: ReadonlySet<string> = new Set(['growth'])

console.log(`${describeMachine()}\n`)
const rows: Row[] = []
for (const [name, measure] of Object.entries(sections)) {
  if (values.only === undefined ? !LONG.has(name) : values.only === name) rows.push(...(await measure()))
}
console.log(toTable(rows))
