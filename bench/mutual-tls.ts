import { ask, lineOf, startChild, stopChild } from './child.js'
import type { Transfers } from './mutual-tls-contender.js'
import type { SecureMerchant } from './mutual-tls-merchant.js'
import { atLeast, atMost, figure, type Row } from './report.js'
import { interleave, median, medianRatio } from './statistics.js'
import { trust } from './trust.js'

/** Of the peer's calls, and of those of undici by hand. */
const BAR = 14.2
const OVER_UNDICI = 0.65
const ROUNDS = 3
const SECONDS = 3
const IN_FLIGHT = 8

interface Run extends Transfers {
  readonly handshakes: number
}

/** APIv2 with the merchant's client certificate, against a gateway in a process of its own that only knows TLS. */
export async function measureMutualTls(): Promise<Row[]> {
  const gateway = startChild(new URL('./mutual-tls-gateway.ts', import.meta.url))
  const { merchant } = await lineOf<{ readonly merchant: SecureMerchant }>(gateway)
  // The peer has no option for an authority of one's own.
  const { env, forget } = trust(merchant.ca)
  const run = async (name: string): Promise<Run> => {
    const args = [name, String(SECONDS), String(IN_FLIGHT)]
    const child = startChild(new URL('./mutual-tls-contender.ts', import.meta.url), { args, env })
    try {
      const before = await ask<number>(gateway, 'handshakes')
      const transfers = await ask<Transfers>(child, { ...merchant })
      return { ...transfers, handshakes: (await ask<number>(gateway, 'handshakes')) - before }
    } finally {
      await stopChild(child)
    }
  }
  try {
    const runs = { fluent: () => run('fluent'), undici: () => run('undici'), plugin: () => run('plugin') }
    return compare(await interleave(runs, ROUNDS))
  } finally {
    await stopChild(gateway)
    forget()
  }
}

function compare({
  fluent,
  undici,
  plugin,
}: Readonly<Record<'fluent' | 'undici' | 'plugin', readonly Run[]>>): Row[] {
  const ofAll = (runs: readonly Run[], value: (run: Run) => number): string => figure(median(runs.map(value)))
  const rates = (runs: readonly Run[]): number[] => runs.map(({ rate }) => rate)
  const perThousand = ({ handshakes, calls }: Run): number => (handshakes / calls) * 1000
  const most = Math.max(...fluent.map(({ handshakes }) => handshakes))
  const calls = ofAll(fluent, (run) => run.calls)
  return [
    {
      what: `mutual TLS: calls/s at ${IN_FLIGHT} in flight`,
      measured: `${ofAll(fluent, ({ rate }) => rate)}; undici by hand ${ofAll(undici, ({ rate }) => rate)}; peer ${ofAll(plugin, ({ rate }) => rate)}`,
    },
    atLeast(
      'mutual TLS: wechatpay-fluent / wechatpay-axios-plugin',
      medianRatio(rates(fluent), rates(plugin)),
      BAR,
      '×',
    ),
    atLeast(
      'mutual TLS: wechatpay-fluent / undici by hand',
      medianRatio(rates(fluent), rates(undici)),
      OVER_UNDICI,
      '×',
    ),
    {
      what: 'mutual TLS: handshakes a thousand calls',
      measured: `${ofAll(fluent, perThousand)}; peer ${ofAll(plugin, perThousand)}`,
    },
    // One for each call in flight makes the pool; it is not to be filled a second time.
    {
      ...atMost(`mutual TLS: handshakes in ${calls} calls of ours`, most, IN_FLIGHT, ''),
      measured: String(most),
      bar: `≤ ${IN_FLIGHT}`,
    },
  ]
}
