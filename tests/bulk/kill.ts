import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BulkSummary } from '../../lib/bulk/index.js'
import type { Question, Seen } from './gateway.js'

/** What is known after a job was killed, again and again, and then let go on to its end. */
export interface Aftermath {
  readonly summary: BulkSummary
  /** Openids that came with each number. */
  readonly numbers: ReadonlyMap<string, ReadonlySet<string>>
  /** The number each openid came with. */
  readonly openids: ReadonlyMap<string, ReadonlySet<string>>
  /** Rows that were sent although an earlier run had written down their answer. */
  readonly sentAgainAfterAnswer: readonly string[]
  /** Rows that were sent more than once without having been under way when a run was killed. */
  readonly sentAgainWithoutReason: readonly string[]
  /** How often a row was sent again. */
  readonly repeats: number
  /** Row numbers in the file of results, in its order. */
  readonly results: readonly number[]
  readonly kills: number
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Imports `rows` members, and kills the process that does it each time when so many requests more have come. */
export async function runAndKill(rows: number, kills: readonly number[]): Promise<Aftermath> {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-kill-'))
  const gateway = fork(here('gateway.ts'), { execArgv: ['--import', 'tsx'] })
  try {
    const [merchant] = await once(gateway, 'message')
    const input = join(folder, 'members.csv')
    const output = join(folder, 'results.jsonl')
    writeFileSync(input, membersCsv(rows))
    const options = JSON.stringify({ merchant, input, output })
    const start = () =>
      spawn(process.execPath, ['--import', 'tsx', here('job-process.ts'), options], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    const take = async (): Promise<Seen> => {
      gateway.send({ ask: 'tally' } satisfies Question)
      const [seen] = await once(gateway, 'message')
      return seen
    }
    const numbers = new Map<string, Set<string>>()
    const openids = new Map<string, Set<string>>()
    const sentAgainAfterAnswer: string[] = []
    const sentAgainWithoutReason: string[] = []
    let repeats = 0
    let journal: JournalStates = { answered: new Set(), begun: new Set() }
    const look = async (): Promise<void> => {
      for (const [number, openid] of await take()) {
        if (openids.has(openid)) {
          repeats++
          if (journal.answered.has(openid)) sentAgainAfterAnswer.push(openid)
          if (!journal.begun.has(openid)) sentAgainWithoutReason.push(openid)
        }
        addTo(numbers, number, openid)
        addTo(openids, openid, number)
      }
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
      // What was on its way to the gateway when its sender was killed arrives before the next run begins.
      await look()
      journal = statesIn(`${input}.journal`)
    }
    const last = start()
    let text = ''
    last.stdout.on('data', (chunk) => {
      text += chunk
    })
    await once(last, 'close')
    await look()
    const results = readFileSync(output, 'utf8').trimEnd().split('\n')
    return {
      ...{ numbers, openids, sentAgainAfterAnswer, sentAgainWithoutReason, repeats, kills: killed },
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

/** Numbers in rising order, the same for the same seed. */
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

/** Reads the journal as a stranger would: row n is `openid-n`. */
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
