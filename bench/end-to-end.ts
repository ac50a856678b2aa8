import type { ContenderName } from './contender.js'
import { twoCores } from './machine.js'
import { CONTENDERS, type Race, type RaceOptions, race } from './race.js'
import { atLeast, atMost, figure, type Row } from './report.js'
import { measureRsaAlone } from './rsa-alone.js'

/** What a run has to reach; nothing where it is there for comparison only. */
interface Bars {
  readonly overPlugin?: number
  readonly overHandWritten?: number
  /** Of undici by hand, signed in place. */
  readonly overUndici?: number
  /** Of undici by hand, for calls through the axios instance. */
  readonly instanceOverUndici?: number
  /** Of the plugin's 99th percentile of the event loop's delay. */
  readonly delay?: number
}

const HTTPS_IN_FLIGHT = 16
const FEW_IN_FLIGHT = 16

const BOTH_CORES: Bars = { overPlugin: 2.91, overHandWritten: 0.9, overUndici: 1.3, delay: 1 / 3 }
const ONE_CORE: Bars = { overPlugin: 1.78, overUndici: 0.9, instanceOverUndici: 0.7 }
const HTTPS: Bars = { overPlugin: 2.04, overUndici: 0.9 }

const TITLES: Readonly<Record<ContenderName, string>> = {
  fluent: 'wechatpay-fluent',
  axios: 'axios + crypto by hand',
  plugin: 'wechatpay-axios-plugin',
  undici: 'undici + crypto by hand',
  'undici-in-place': 'undici by hand, signed in place',
  instance: 'through the axios instance',
}

/** What each contender did, and how the cores were used meanwhile. */
function describe(title: string, { medianOf, handshakes }: Race): string {
  const lines = CONTENDERS.map((name) =>
    [
      TITLES[name].padEnd(32),
      `${figure(medianOf(name, ({ calls, seconds }) => calls / seconds))} calls/s`.padStart(15),
      `${figure(medianOf(name, ({ cpu, calls }) => (cpu / calls) * 1e6))} µs CPU a call`.padStart(20),
      `cores: client ${medianOf(name, ({ cpu, seconds }) => cpu / seconds).toFixed(2)}`,
      `gateway ${medianOf(name, ({ gatewayLoad }) => gatewayLoad).toFixed(2)}`,
      `everything else ${medianOf(name, ({ otherLoad }) => otherLoad).toFixed(2)}`,
      `p99 loop delay ${figure(medianOf(name, ({ delay }) => delay))} ms`,
      ...(handshakes ? [`TLS connections ${handshakes[name]}`] : []),
    ].join('  '),
  )
  return [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** CPU a call; on one core, its inverse is what there can be of them. */
const cpuOf = ({ medianOf }: Race, name: ContenderName): number =>
  medianOf(name, ({ cpu, calls }) => cpu / calls)

function compare(title: string, result: Race, bars: Bars): Row[] {
  const line = (name: ContenderName, to: ContenderName, limit?: number): Row => {
    const { value, quietRounds } = result.ratio(name, to)
    const what = `${title}: ${TITLES[name]} / ${TITLES[to]}`
    const row =
      limit === undefined ? { what, measured: `${figure(value)} ×` } : atLeast(what, value, limit, '×')
    return { ...row, measured: `${row.measured}, ${quietRounds} of ${result.laps[name].length} rounds quiet` }
  }
  return [
    line('fluent', 'plugin', bars.overPlugin),
    line('fluent', 'axios', bars.overHandWritten),
    line('fluent', 'undici-in-place', bars.overUndici),
    line('instance', 'undici-in-place', bars.instanceOverUndici),
    line('undici', 'plugin'),
    line('undici', 'undici-in-place'),
    {
      what: `${title}: CPU a call, ${TITLES.plugin} / ${TITLES.fluent}`,
      measured: `${figure(cpuOf(result, 'plugin') / cpuOf(result, 'fluent'))} ×`,
    },
    ...(bars.delay === undefined ? [] : [compareDelay(title, result, bars.delay)]),
  ]
}

/** How long whatever else the process has to do waits, at worst. */
function compareDelay(title: string, { ratio }: Race, limit: number): Row {
  const { value } = ratio('fluent', 'plugin', ({ delay }) => delay)
  const row = atMost(`${title}: p99 loop delay, ${TITLES.fluent} / ${TITLES.plugin}`, value, limit, '×')
  return { ...row, bar: `≤ ${figure(limit)} ×` }
}

/** How far the fastest client there could be would get ahead on this machine: which bars it allows at all. */
function compareWithRsaAlone(title: string, result: Race): Row {
  const times = cpuOf(result, 'plugin') / measureRsaAlone()
  return { what: `${title}: nothing but RSA / ${TITLES.plugin}`, measured: `${figure(times)} ×` }
}

/** The whole way of a call: chain, sign, send, verify, decode. */
export async function measureEndToEnd(options: Omit<RaceOptions, 'gateway' | 'cores'>): Promise<Row[]> {
  const cores = twoCores()
  const rows: Row[] = []
  const run = async (
    title: string,
    more: Partial<RaceOptions> & Pick<RaceOptions, 'gateway'>,
    bars: Bars,
  ) => {
    const result = await race({ ...options, ...more })
    console.log(`${describe(title, result)}\n`)
    rows.push(...compare(title, result, bars))
    return result
  }
  await run('both cores', { gateway: 'fixed answer' }, BOTH_CORES)
  if (cores) {
    const result = await run('one core', { gateway: 'fixed answer', cores }, ONE_CORE)
    rows.push(compareWithRsaAlone('one core', result))
    const few = { gateway: 'fixed answer', cores, inFlight: FEW_IN_FLIGHT } as const
    await run(`one core, ${FEW_IN_FLIGHT} in flight`, few, ONE_CORE)
    await run('one core, one at a time', { ...few, inFlight: 1 }, {})
  } else rows.push({ what: 'one core', measured: 'not measured: needs two cores and taskset' })
  await run('emulator', { gateway: 'emulator' }, {})
  const https = { gateway: 'fixed answer over TLS', inFlight: HTTPS_IN_FLIGHT } as const
  await run(`HTTPS, ${HTTPS_IN_FLIGHT} in flight`, https, HTTPS)
  return rows
}
