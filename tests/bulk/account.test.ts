import { expect, it } from 'vitest'
import { queueName } from '../../lib/bulk/bullmq/queue.js'
import { createSend, type Engine, memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { accountOf } from '../../lib/bulk/options.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

const rig = startRig()
const file = startFolder()
const cards = memberCardJob({ cardId: 'pCARD' })

it('two merchants, and a merchant and a brand, have queues of their own', () => {
  const clients = [rig.wxpay, rig.client({ mchid: '1900000110' }), rig.brand()]
  expect(new Set(clients.map((client) => queueName(accountOf(client)))).size).toBe(3)
})

it('a row is never sent by the client of another merchant, whatever queue it comes from', async () => {
  const other = rig.client({ mchid: '1900000110' })
  const engine: Engine = {
    async run({ job, rows, begin, finish }) {
      const send = createSend(other, job)
      for await (const row of rows) {
        await begin([row])
        finish(row, await send(row))
      }
    },
  }
  const input = file('queue.csv', 'openid\no1\no2\n')
  const summary = await runBulk({ client: rig.wxpay, input, engine, ...cards })
  expect(summary).toMatchObject({ acknowledged: 0, failures: { ANOTHER_MERCHANT: 2 } })
  expect(rig.emulator.requests).toEqual([])
  const again = await runBulk({ client: rig.wxpay, input, retryFailed: true, ...cards })
  expect(again).toMatchObject({ acknowledged: 2, failed: 0 })
})
