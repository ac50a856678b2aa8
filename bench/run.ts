import { parseArgs } from 'node:util'
import { measureChain } from './chain.js'
import { measureEndToEnd } from './end-to-end.js'
import { describeMachine } from './machine.js'
import { measureMutualTls } from './mutual-tls.js'
import { type Row, toTable } from './report.js'
import { measureSigning } from './signing.js'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1' },
    'in-flight': { type: 'string', default: '64' },
    profile: { type: 'string' },
  },
})

const sections: Readonly<Record<string, () => Promise<Row[]>>> = {
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
}

console.log(`${describeMachine()}\n`)
const rows: Row[] = []
for (const [name, measure] of Object.entries(sections)) {
  if (values.only === undefined || values.only === name) rows.push(...(await measure()))
}
console.log(toTable(rows))
