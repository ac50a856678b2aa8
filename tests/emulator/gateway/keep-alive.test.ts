import { connect } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { Wechatpay } from '../../../lib/index.js'

const opened: Emulator[] = []
async function start(keepAlive?: number): Promise<Emulator> {
  const emulator = await createEmulator(keepAlive === undefined ? {} : { keepAlive })
  opened.push(emulator)
  return emulator
}
afterAll(async () => {
  for (const emulator of opened) await emulator.close()
})

describe('an idle connection', () => {
  it('is kept for as long as in production, and responses say so', async () => {
    expect((await fetch(`${(await start()).url}/v3/none`)).headers.get('keep-alive')).toBe('timeout=8')
    expect((await fetch(`${(await start(3_000)).url}/v3/none`)).headers.get('keep-alive')).toBe('timeout=3')
  })

  it('is closed after that time', async () => {
    const { port } = new URL((await start(1)).url)
    const socket = connect(Number(port), '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.resume().write('GET /v3/none HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await closed
  })

  it('does not trouble a client that comes back when it is being closed', async () => {
    const emulator = await start(1)
    const wxpay = new Wechatpay(emulator.merchant)
    for (let call = 0; call < 50; call++) {
      await wxpay.v3.capital.capitallhh.areas.provinces.get({ retry: false })
      await new Promise((resolve) => setImmediate(resolve))
    }
    wxpay.close()
  })

  it('is kept for some time', async () => {
    await expect(start(0)).rejects.toThrow('keepAlive must be above 0')
  })
})
