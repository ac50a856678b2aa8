import type { ChildProcess } from 'node:child_process'
import { emulatorFile } from './built.js'
import { answerOf, ask, lineOf, startChild, stopChild } from './child.js'
import type { ContenderName, Round, RoundOrder } from './contender.js'
import { machineCpu, processCpu } from './machine.js'
import type { Merchant } from './merchant.js'
import { interleave, median, medianRatio } from './statistics.js'
import { trust } from './trust.js'

export const CONTENDERS = [
  'fluent',
  'instance',
  'axios',
  'plugin',
  'undici',
  'undici-in-place',
] as const satisfies readonly ContenderName[]

const PROFILES = 'bench/node_modules/.profiles'

/** Seconds before anything counts: an HTTP client takes some thousand calls to be compiled. */
const WARM_UP = 4

/** Cores that everything else may use in a round to be believed, and how many such rounds are enough. */
const QUIET = 0.15
const ENOUGH = 3

export interface RaceOptions {
  readonly gateway: 'emulator' | 'fixed answer' | 'fixed answer over TLS'
  /** A core for the contender and one for the gateway; without them both share what there is. */
  readonly cores?: readonly [number, number] | undefined
  readonly inFlight: number
  readonly rounds: number
  readonly seconds: number
  /** The contender to write a CPU profile of. */
  readonly profile?: string | undefined
}

/** A round, and what else the machine did meanwhile, in cores. */
interface Lap extends Round {
  readonly gatewayLoad: number
  readonly otherLoad: number
}

type ValueOfLap = (lap: Lap) => number

/** The median over those rounds in which the machine did little else; over all where those are too few. */
export interface Ratio {
  readonly value: number
  readonly quietRounds: number
}

export interface Race {
  readonly laps: Readonly<Record<ContenderName, readonly Lap[]>>
  /** How many times another's value; calls a second, when nothing else is asked for. */
  readonly ratio: (name: ContenderName, to: ContenderName, value?: ValueOfLap) => Ratio
  readonly medianOf: (name: ContenderName, value: ValueOfLap) => number
  /** How many TLS connections each opened, warming up included; `undefined` without TLS. */
  readonly handshakes: Readonly<Record<ContenderName, number>> | undefined
}

/** What a gateway's process prints once it listens. */
interface GatewayLine {
  readonly merchant: Merchant
  readonly certificates?: Readonly<Record<string, string>>
  readonly ca?: string
}

async function startGateway(kind: RaceOptions['gateway'], core: number | undefined) {
  const file = kind === 'emulator' ? emulatorFile : new URL('./gateway.ts', import.meta.url)
  const child = startChild(file, { core, args: kind === 'fixed answer over TLS' ? ['https'] : [] })
  const { merchant, certificates, ca } = await lineOf<GatewayLine>(child)
  // A client that names no platform key in its request gets an answer signed with the platform certificate's.
  const certs = { ...merchant.certs, ...certificates }
  return { child, merchant: { ...merchant, certs } satisfies Merchant, trusted: trust(ca) }
}

type Gateway = Awaited<ReturnType<typeof startGateway>>

async function startContender(name: ContenderName, gateway: Gateway, { cores, profile }: RaceOptions) {
  const flags = profile === name ? ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`] : []
  const child = startChild(new URL('./contender.ts', import.meta.url), {
    args: [name],
    core: cores?.[0],
    flags,
    env: gateway.trusted.env,
  })
  await ask(child, { ...gateway.merchant })
  return child
}

async function runLap(contender: ChildProcess, gateway: ChildProcess, order: RoundOrder): Promise<Lap> {
  const spent = () => ({
    gateway: processCpu(gateway.pid ?? 0),
    machine: machineCpu(),
    own: process.cpuUsage(),
  })
  const before = spent()
  contender.send(order)
  const round = await answerOf<Round>(contender)
  const after = spent()
  const gatewayCpu = after.gateway - before.gateway
  const own = (after.own.user + after.own.system - before.own.user - before.own.system) / 1e6
  const other = after.machine - before.machine - round.cpu - gatewayCpu - own
  return { ...round, gatewayLoad: gatewayCpu / round.seconds, otherLoad: Math.max(0, other) / round.seconds }
}

function ratioOf(over: readonly Lap[], under: readonly Lap[], value: ValueOfLap): Ratio {
  const isQuiet = (_: unknown, round: number) =>
    [over, under].every((laps) => (laps[round]?.otherLoad ?? 1) < QUIET)
  const quiet = [over.filter(isQuiet), under.filter(isQuiet)] as const
  const quietRounds = quiet[0].length
  const [top, bottom] = quietRounds < ENOUGH ? [over, under] : quiet
  return { value: medianRatio(top.map(value), bottom.map(value)), quietRounds }
}

const rateOf: ValueOfLap = ({ calls, seconds }) => calls / seconds

/** Lets every contender, each in a process of its own, import member cards; rounds interleaved. */
export async function race(options: RaceOptions): Promise<Race> {
  const { inFlight, rounds, seconds } = options
  const gateway = await startGateway(options.gateway, options.cores?.[1])
  const isSecure = options.gateway === 'fixed answer over TLS'
  const children: ChildProcess[] = []
  const handshakes = {} as Record<ContenderName, number>
  const seenHandshakes = async () => (isSecure ? ask<number>(gateway.child, 'handshakes') : 0)
  try {
    const tasks = {} as Record<ContenderName, () => Promise<Lap>>
    for (const name of CONTENDERS) {
      const child = await startContender(name, gateway, options)
      children.push(child)
      handshakes[name] = 0
      const run = async (duration: number): Promise<Lap> => {
        const before = await seenHandshakes()
        const lap = await runLap(child, gateway.child, { inFlight, seconds: duration })
        handshakes[name] += (await seenHandshakes()) - before
        return lap
      }
      await run(WARM_UP)
      tasks[name] = () => run(seconds)
    }
    const laps = await interleave(tasks, rounds)
    return {
      laps,
      ratio: (name, to, value = rateOf) => ratioOf(laps[name], laps[to], value),
      medianOf: (name, value) => median(laps[name].map(value)),
      handshakes: isSecure ? handshakes : undefined,
    }
  } finally {
    await Promise.all([gateway.child, ...children].map(stopChild))
    gateway.trusted.forget()
  }
}
