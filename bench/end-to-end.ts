import type { ContenderName } from './contender.js'
import { twoCores } from './machine.js'
import { CONTENDERS, type Race, type RaceOptions, race } from './race.js'
import { atLeast, figure, type Row } from './report.js'

const OVER_PLUGIN = 1.5
const OVER_HAND_WRITTEN = 0.9

const TITLES: Readonly<Record<ContenderName, string>> = {
  fluent: 'wechatpay-fluent',
  axios: 'axios + crypto by hand',
  plugin: 'wechatpay-axios-plugin',
  undici: 'undici + crypto by hand',
}

/** What each contender did, and how the cores were used meanwhile. */
function describe(title: string, { medianOf }: Race): string {
  const lines = CONTENDERS.map((name) =>
    [
      TITLES[name].padEnd(24),
      `${figure(medianOf(name, ({ calls, seconds }) => calls / seconds))} calls/s`.padStart(15),
      `${figure(medianOf(name, ({ cpu, calls }) => (cpu / calls) * 1e6))} µs CPU a call`.padStart(20),
      `cores: client ${medianOf(name, ({ cpu, seconds }) => cpu / seconds).toFixed(2)}`,
      `gateway ${medianOf(name, ({ gatewayLoad }) => gatewayLoad).toFixed(2)}`,
      `everything else ${medianOf(name, ({ otherLoad }) => otherLoad).toFixed(2)}`,
      `p99 loop delay ${figure(medianOf(name, ({ delay }) => delay))} ms`,
    ].join('  '),
  )
  return [`${title}:`, ...lines.map((line) => `  ${line}`)].join('\n')
}

function compare(title: string, { ratio, medianOf, laps }: Race, barred: boolean): Row[] {
  const cpu = (name: ContenderName) => medianOf(name, ({ cpu, calls }) => cpu / calls)
  const line = (name: ContenderName, to: ContenderName, limit?: number): Row => {
    const { value, quietRounds } = ratio(name, to)
    const what = `${title}: ${TITLES[name]} / ${TITLES[to]}`
    const row =
      limit === undefined ? { what, measured: `${figure(value)} ×` } : atLeast(what, value, limit, '×')
    return { ...row, measured: `${row.measured}, ${quietRounds} of ${laps[name].length} rounds quiet` }
  }
  return [
    line('fluent', 'plugin', barred ? OVER_PLUGIN : undefined),
    line('fluent', 'axios', barred ? OVER_HAND_WRITTEN : undefined),
    line('undici', 'plugin'),
    {
      what: `${title}: CPU a call, ${TITLES.plugin} / ${TITLES.fluent}`,
      measured: `${figure(cpu('plugin') / cpu('fluent'))} ×`,
    },
  ]
}

/** The whole way of a call: chain, sign, send, verify, decode. */
export async function measureEndToEnd(options: Omit<RaceOptions, 'gateway' | 'cores'>): Promise<Row[]> {
  const cores = twoCores()
  const rows: Row[] = []
  const run = async (title: string, more: Pick<RaceOptions, 'gateway' | 'cores'>, barred: boolean) => {
    const result = await race({ ...options, ...more })
    console.log(`${describe(title, result)}\n`)
    rows.push(...compare(title, result, barred))
  }
  await run('both cores', { gateway: 'fixed answer' }, true)
  if (cores) await run('one core', { gateway: 'fixed answer', cores }, false)
  else rows.push({ what: 'one core', measured: 'not measured: needs two cores and taskset' })
  await run('emulator', { gateway: 'emulator' }, false)
  return rows
}
