'use strict'

/** Certificates are there to be downloaded and rotated; notifications go by the public key, whatever was rotated. */
const PLATFORM = { mode: 'switching', share: 1, probes: 0 }

/**
 * A gateway over HTTP, one over HTTPS, and a client of each.
 *
 * @param api what `wechatpay-fluent` and its subpaths export, however they were loaded
 */
async function startRig(api) {
  const clients = []
  const clientOf = (gateway, options) => {
    const made = new api.main.Wechatpay({ ...gateway.merchant, ...options })
    clients.push(made)
    return made
  }
  const emulator = await api.emulator.createEmulator({ seed: 'runtimes', platform: PLATFORM })
  const secure = await api.emulator.createEmulator({ seed: 'runtimes', https: true })
  let number = 0
  return {
    ...api.main,
    crypto: api.crypto,
    bulk: api.bulk,
    emulator,
    wxpay: clientOf(emulator),
    secure: { emulator: secure, wxpay: clientOf(secure) },
    /** A further client of the first gateway. */
    client: (options) => clientOf(emulator, options),
    /** A number that no request has had. */
    next: (prefix) => `${prefix}${String(number++).padStart(6, '0')}`,
    reset() {
      for (const gateway of [emulator, secure]) {
        gateway.recover()
        gateway.requests.length = 0
      }
    },
    async stop() {
      for (const made of clients) made.close()
      await Promise.all([emulator.close(), secure.close()])
    },
  }
}

/** What a call was rejected with. */
async function rejection(call) {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('the call should have failed')
}

/** Fields of an order that may be placed. */
const orderOf = (rig, out_trade_no, notify_url = 'https://shop.example/paid') => ({
  ...{ appid: 'wxd678efh567hg6787', mchid: rig.emulator.merchant.mchid, description: '茶叶 100 g' },
  ...{ out_trade_no, notify_url, amount: { total: 100, currency: 'CNY' } },
})

module.exports = { startRig, rejection, orderOf }
