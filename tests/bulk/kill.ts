import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BulkSummary } from '../../lib/bulk/index.js'
import { install } from '../package/install.js'
import type { Question, Seen } from './gateway.js'

/** The requests of all runs of a job that was killed several times, and then ran to its end. */
class SentRows {
  /** The openids that came with each number. */
  readonly numbers = new Map<string, Set<string>>()
  /** The numbers that came with each openid. */
  readonly openids = new Map<string, Set<string>>()
  /** Rows that were sent although the journal of an earlier run had their outcome. */
  readonly sentAgainAfterAnswer: string[] = []
  /** Rows that were sent more than once although they were not in flight when a run was killed. */
  readonly sentAgainWithoutReason: string[] = []
  /** The number of requests for a row that was sent before. */
  repeats = 0

  /** @param journal the journal when the run began that made these requests */
  add(seen: Seen, journal: JournalStates): void {
    for (const [number, openid] of seen) {
      if (this.openids.has(openid)) {
        this.repeats++
        if (journal.answered.has(openid)) this.sentAgainAfterAnswer.push(openid)
        if (!journal.begun.has(openid)) this.sentAgainWithoutReason.push(openid)
      }
      addTo(this.numbers, number, openid)
      addTo(this.openids, openid, number)
    }
  }
}

/** The requests, and the result of the last run. */
export interface KilledJob extends Omit<SentRows, 'add'> {
  readonly summary: BulkSummary
  /** The row numbers in the file of results, in its order. */
  readonly results: readonly number[]
  readonly kills: number
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Runs the import of members: `job.mjs <options as JSON>`. */
const JOB = `
import { memberCardJob, runBulk } from 'wechatpay-fluent/bulk'
import { Wechatpay } from 'wechatpay-fluent'

const { merchant, input, output } = JSON.parse(process.argv[2])
const client = new Wechatpay(merchant)
const summary = await runBulk({
  ...memberCardJob({ cardId: 'pbLatjvWOibDc5-TBnbUk1pD12o0' }),
  ...{ client, input, output, concurrency: 16 },
})
client.close()
process.stdout.write(JSON.stringify(summary))
`

/**
 * Imports `rows` members in a process that is killed whenever the gateway has got as many requests as `kills` says, and
 * started again.
 */
export async function runAndKill(rows: number, kills: readonly number[]): Promise<KilledJob> {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-kill-'))
  const program = join((await install()).folder, 'job.mjs')
  writeFileSync(program, JOB)
  const gateway = fork(here('gateway.ts'), { execArgv: ['--import', 'tsx'] })
  try {
    const [merchant] = await once(gateway, 'message')
    const input = join(folder, 'members.csv')
    const output = join(folder, 'results.jsonl')
    writeFileSync(input, membersCsv(rows))
    const options = JSON.stringify({ merchant, input, output })
    const start = () => spawn(process.execPath, [program, options], { stdio: ['ignore', 'pipe', 'inherit'] })
    const sent = new SentRows()
    let journal: JournalStates = { answered: new Set(), begun: new Set() }
    const collect = async (): Promise<void> => {
      gateway.send({ ask: 'tally' } satisfies Question)
      const [seen] = await once(gateway, 'message')
      sent.add(seen, journal)
    }
    let killed = 0
    for (const at of kills) {
      const job = start()
      const ended = once(job, 'exit')
      gateway.send({ ask: 'tell', at } satisfies Question)
      await once(gateway, 'message')
      job.kill('SIGKILL')
      const [, signal] = await ended
      if (signal === 'SIGKILL') killed++
      // Requests that were on their way when the process was killed arrive before the next run begins.
      await collect()
      journal = statesIn(`${input}.journal`)
    }
    const last = start()
    let text = ''
    last.stdout.on('data', (chunk) => {
      text += chunk
    })
    await once(last, 'close')
    await collect()
    const results = readFileSync(output, 'utf8').trimEnd().split('\n')
    return {
      ...sent,
      kills: killed,
      summary: JSON.parse(text),
      results: results.map((line) => JSON.parse(line).row),
    }
  } finally {
    gateway.disconnect()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function membersCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => `openid-${index + 1},${478_515_000_000 + index}`)
  return `openid,会员卡号\n${lines.join('\n')}\n`
}

/** Numbers of requests in rising order, the same for the same seed. */
export function killPoints(count: number, below: number, seed: number): number[] {
  let state = seed
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  return Array.from({ length: count }, () => 1 + Math.floor(next() * below)).sort((a, b) => a - b)
}

interface JournalStates {
  readonly answered: ReadonlySet<string>
  readonly begun: ReadonlySet<string>
}

/** Reads the journal by the format of its lines, without code of the library; row n is `openid-n`. */
function statesIn(file: string): JournalStates {
  const answered = new Set<string>()
  const begun = new Set<string>()
  const lines = readFileSync(file, 'utf8').split('\n').slice(1, -1)
  for (const line of lines) {
    const [, sign, first, last = first] = /^(.)(\d+)(?:-(\d+))?/.exec(line) ?? []
    for (let row = Number(first); row <= Number(last); row++) {
      if (sign === '>') begun.add(`openid-${row}`)
      if (sign === '+' || sign === '-') {
        answered.add(`openid-${row}`)
        begun.delete(`openid-${row}`)
      }
    }
  }
  return { answered, begun }
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key)
  if (set) set.add(value)
  else map.set(key, new Set([value]))
}
