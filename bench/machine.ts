import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'

/** Seconds of one tick in /proc. */
const TICK = 0.01

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Seconds of CPU that the whole machine has spent, idling and waiting aside; NaN where /proc is absent. */
export function machineCpu(): number {
  const [, ...fields] = read('/proc/stat')?.split('\n', 1)[0]?.trim().split(/\s+/) ?? []
  const [user = Number.NaN, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number)
  return (user + nice + system + irq + softirq + steal) * TICK
}

/** Seconds of CPU that a process has spent; NaN where /proc is absent. */
export function processCpu(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  if (stat === undefined) return Number.NaN
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th fields after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

/** The numbers of the cores this process may use. */
function cores(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status') ?? '')?.[1]
  return (list?.split(',') ?? []).flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

/** Two cores to pin processes to, or `undefined` where there are none or no `taskset`. */
export function twoCores(): readonly [number, number] | undefined {
  const [first, second] = cores()
  if (first === undefined || second === undefined) return undefined
  const { status } = spawnSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' })
  return status === 0 ? [first, second] : undefined
}

export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  return `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, ${availableParallelism()} × ${model}`
}
