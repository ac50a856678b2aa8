import {
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  createRowNumbers,
  type JournalHeader,
  ROW_STATE,
  type RowState,
} from '../../lib/bulk/journal/format.js'
import { openJournal } from '../../lib/bulk/journal/journal.js'
import { RequestError } from '../../lib/index.js'
import { startFolder } from './folder.js'

const file = startFolder()
const { notSent, inFlight, acknowledged, failed, unknown } = ROW_STATE
const header: JournalHeader = {
  ...{ format: 'wechatpay-fluent bulk', version: 1, endpoint: 'POST v3/x', account: '1900000109 https://a' },
  ...{ columns: 'c', constants: 's', input: 'i' },
}
const reason = { code: 'PARAM_ERROR', message: 'no', columns: { openid: '一' } }
const errors: Error[] = []
const open = (journal: string, given: JournalHeader = header) =>
  openJournal(journal, given, (error) => errors.push(error))
/** A journal with these lines after its header. */
const written = (name: string, lines: readonly string[]): string =>
  file(name, [JSON.stringify(header), ...lines, ''].join('\n'))
const linesOf = (journal: string): string[] => readFileSync(journal, 'utf8').trimEnd().split('\n').slice(1)
/** The states of rows, as a run reads them that goes on with the journal. */
async function statesIn(journal: string, rows: readonly number[]): Promise<RowState[]> {
  const opened = await open(journal)
  const states = rows.map((row) => opened.stateOf(row))
  await opened.close()
  return states
}

describe('a journal', () => {
  it('has on the disk what is about to be sent, before it is sent', async () => {
    const path = file('begun.journal')
    const journal = await open(path)
    expect(journal.isContinued).toBe(false)
    await journal.begin([1, 2, 3, 7, 8, 10])
    expect(linesOf(path)).toEqual(['>1-3', '>7-8', '>10'])
    await Promise.all([journal.begin([11]), journal.begin([12]), journal.begin([13, 14])])
    expect(linesOf(path).slice(3)).toEqual(['>11', '>12', '>13-14'])
    await journal.close()
  })

  it('has the outcomes in a turn of the event loop, so that they outlive the process', async () => {
    const path = file('outcomes.journal')
    const journal = await open(path)
    journal.acknowledge(1, undefined)
    journal.fail(2, reason, false, undefined)
    journal.fail(3, reason, true, undefined)
    journal.release([4, 5])
    await turn()
    expect(linesOf(path)).toEqual([
      '+1',
      `-2 ${JSON.stringify(reason)}`,
      `?3 ${JSON.stringify(reason)}`,
      '<4-5',
    ])
    journal.acknowledge(6, undefined)
    await turn()
    expect(linesOf(path).at(-1)).toBe('+6')
    expect([1, 2, 3, 4, 6, 7].map(journal.stateOf)).toEqual([
      ...[acknowledged, failed, unknown, notSent, acknowledged, notSent],
    ])
    await journal.close()
  })

  it('tells the next run the state of every row, whatever the length of their numbers', async () => {
    const journal = written('read.journal', [
      ...['>1-1234', '<10-20', '+30', `-31 ${JSON.stringify(reason)}`, `?1000 ${JSON.stringify(reason)}`],
    ])
    expect(await statesIn(journal, [0, 1, 9, 10, 20, 21, 30, 31, 1000, 1234, 1235])).toEqual([
      ...[notSent, inFlight, inFlight, notSent, notSent, inFlight, acknowledged, failed, unknown, inFlight],
      notSent,
    ])
  })

  it('is read in pieces, however long it is', async () => {
    const rows = Array.from({ length: 20_000 }, (_, at) => at + 1)
    const journal = written(
      'long.journal',
      rows.map((row) => `+${row}`),
    )
    const { size } = statSync(journal)
    expect(await statesIn(journal, rows)).toEqual(rows.map(() => acknowledged))
    expect(statSync(journal).size).toBe(size)
  })

  it('loses an end that is torn, and goes on from there', async () => {
    const path = written('torn.journal', ['+1', '#', '#?'])
    const intact = readFileSync(path, 'utf8').indexOf('#')
    writeFileSync(path, '>2', { flag: 'a' })
    const journal = await open(path)
    expect(journal.isContinued).toBe(true)
    expect(statSync(path).size).toBe(intact)
    await journal.begin([2])
    await journal.close()
    expect(linesOf(path)).toEqual(['+1', '>2'])
  })

  it('is new where its file is empty', async () => {
    const path = file('empty.journal', '')
    const journal = await open(path)
    expect(journal.isContinued).toBe(false)
    await journal.close()
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(header)}\n`)
  })

  it('has one header, however often it is opened', async () => {
    const path = file('once.journal')
    for (let run = 1; run <= 3; run++) await (await open(path)).close()
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(header)}\n`)
  })

  it('that is damaged in its middle is refused, and the first wrong byte is named', async () => {
    const journal = written('damaged.journal', ['+1', '!', '?', '+2'])
    const at = readFileSync(journal, 'utf8').indexOf('!')
    const content = readFileSync(journal, 'utf8')
    await expect(open(journal)).rejects.toThrow(RequestError)
    await expect(open(journal)).rejects.toThrow(`damaged at byte ${at};`)
    expect(readFileSync(journal, 'utf8')).toBe(content)
    expect(existsSync(`${journal}.lock`)).toBe(false)
  })

  it.each([
    ['a line of another format', '{"format":"diary","version":1}'],
    ['a line of another version', JSON.stringify({ ...header, version: 2 })],
    ['no JSON', 'dear diary'],
    ['nothing', 'null'],
    ['an empty line', ''],
  ])('does not begin with %s', async (name, line) => {
    const journal = file(`${name}.journal`, `${line}\n+1\n`)
    await expect(open(journal)).rejects.toThrow(
      "is no journal of a bulk job: name another with the option 'journal'",
    )
    expect(readFileSync(journal, 'utf8')).toBe(`${line}\n+1\n`)
  })

  it.each([
    ['endpoint', 'endpoint'],
    ['columns', 'map of columns'],
    ['constants', 'set of constants or defaults of the client'],
    ['input', 'content of the input'],
  ])('belongs to one job: another %s is another', async (part, name) => {
    const journal = written(`other-${part}.journal`, ['+1'])
    await expect(open(journal, { ...header, [part]: 'other' })).rejects.toThrow(
      `belongs to another job: its ${name} differ. Run that job to its end first.`,
    )
    expect(linesOf(journal)).toEqual(['+1'])
    expect(existsSync(`${journal}.lock`)).toBe(false)
  })

  it('that an earlier version began does not say whose it is, and is ended by that version', async () => {
    const journal = file('old-account.journal', `${JSON.stringify({ ...header, account: '0f3c' })}\n+1\n`)
    const opening = open(journal)
    await expect(opening).rejects.toThrow(RequestError)
    await expect(opening).rejects.toThrow(
      'does not say which merchant it belongs to, because an earlier version began it',
    )
    await expect(opening).rejects.toThrow('Run that job to its end with the version that began it')
    expect(linesOf(journal)).toEqual(['+1'])
  })

  it('with results in a file of something else is refused the second time too, and leaves it as it is', async () => {
    const output = file('diary.jsonl', 'dear diary\n')
    const path = file('twice.journal')
    for (let run = 1; run <= 2; run++) {
      await expect(open(path, { ...header, results: output })).rejects.toThrow('is there already')
      expect(readFileSync(output, 'utf8')).toBe('dear diary\n')
    }
  })

  it('is no other file, even one without a line end', async () => {
    const notes = file('notes.txt', 'dear diary')
    await expect(open(notes)).rejects.toThrow('is no journal')
    expect(readFileSync(notes, 'utf8')).toBe('dear diary')
  })

  it('belongs to one merchant at one access point, which it names', async () => {
    const journal = written('other-account.journal', ['+1'])
    await expect(open(journal, { ...header, account: '2 https://a' })).rejects.toThrow(
      'belongs to 1900000109 at https://a, and this client is 2 at https://a',
    )
  })

  it('names all that differs, and what to do', async () => {
    const journal = written('both.journal', ['+1'])
    const other = open(journal, { ...header, columns: '2', constants: 'other' })
    await expect(other).rejects.toThrow(
      'its map of columns, set of constants or defaults of the client differ',
    )
    await expect(other).rejects.toThrow('sent before would be sent again under another number')
  })

  it.each(['>0x1', '>1-', ' +1', '+1 ', '+1 x', '-1 {', '!1', '+1 1 {} ', '+'])(
    'has no line %j',
    async (line) => {
      const journal = written(`line-${Buffer.from(line).toString('hex')}.journal`, [line, '+2'])
      await expect(open(journal)).rejects.toThrow(/is damaged at byte \d+/)
    },
  )

  it.each([
    ['rows beyond all tables', '+1-99999999999'],
    ['a row beyond all tables', '>99999999999999999999999'],
    ['more rows than a line may stand for', '>1-10001'],
    ['rows in the wrong order', '>5-2'],
    ['no row', '+0'],
    ['results beyond all disks', '+1 99999999999999999999999'],
    ['a failure that is no JSON', '-1 {code: "PARAM_ERROR"}'],
    ['a failure without its columns', '-1 {"code":"PARAM_ERROR"}'],
    ['a failure without its code', '-1 {"columns":{}}'],
  ])('is refused when it speaks of %s, even at its end', async (name, line) => {
    const journal = written(`${name}.journal`, ['+1', line])
    const content = readFileSync(journal, 'utf8')
    const failure = await open(journal).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(RequestError)
    const at = content.lastIndexOf(line)
    expect((failure as RequestError).message).toContain(`The journal ${journal} is damaged at byte ${at};`)
    expect(readFileSync(journal, 'utf8')).toBe(content)
  })

  it('is read in a moment, whatever ranges it claims', async () => {
    // Without a limit, each of these lines would be a hundred million steps.
    const lines = Array.from({ length: 5_000 }, () => '>1-99999999')
    await expect(open(written('claims.journal', lines))).rejects.toThrow(/is damaged at byte/)
  })

  it('has no line without end', async () => {
    const journal = written('endless.journal', ['+1'])
    const at = statSync(journal).size
    truncateSync(journal, at + 100 * 1024 * 1024)
    await expect(open(journal)).rejects.toThrow(`is damaged at byte ${at};`)
  })

  it('loses the end that a loss of power has made zeros of', async () => {
    const journal = written('zeros.journal', ['+1', `-2 {"code":"X","columns":{}\0\0}`])
    const intact = readFileSync(journal, 'utf8').indexOf('-2')
    expect(await statesIn(journal, [1, 2])).toEqual([acknowledged, notSent])
    expect(statSync(journal).size).toBe(intact)
  })

  it('belongs to nobody when its header does not say to whom', async () => {
    const path = file('nobody.journal', `${JSON.stringify({ ...header, account: undefined })}\n+1\n`)
    await expect(open(path)).rejects.toThrow('does not say which merchant it belongs to')
  })

  it('has lines of so many rows, however many are begun at once', async () => {
    const path = file('wide.journal')
    const journal = await open(path)
    await journal.begin(Array.from({ length: 25_000 }, (_, at) => at + 1))
    await journal.close()
    expect(linesOf(path)).toEqual(['>1-10000', '>10001-20000', '>20001-25000'])
    expect(await statesIn(path, [1, 10_000, 10_001, 25_000, 25_001])).toEqual([
      ...[inFlight, inFlight, inFlight, inFlight, notSent],
    ])
  })

  it('is in use until it is closed', async () => {
    const path = file('used.journal')
    const journal = await open(path)
    await expect(open(path)).rejects.toThrow('in use by process')
    await journal.close()
    await (await open(path)).close()
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('takes no outcome once it is closed, and the process goes on', async () => {
    const path = file('closed.journal')
    const journal = await open(path)
    await journal.close()
    errors.length = 0
    journal.acknowledge(1, undefined)
    await turn()
    expect(linesOf(path)).toEqual([])
    expect(errors).toEqual([])
  })

  it.runIf(process.platform === 'linux')('leaves no file open', async () => {
    const path = file('descriptors.journal')
    const output = file('descriptors.results')
    await (await open(path, { ...header, results: output })).close()
    writeFileSync(output, 'something else')
    await expect(open(file('refused.journal'), { ...header, results: output })).rejects.toThrow(
      'is there already',
    )
    const opened = readdirSync('/proc/self/fd').flatMap((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`)
      } catch {
        return []
      }
    })
    expect(opened.filter((name) => name.startsWith(path) || name.startsWith(output))).toEqual([])
  })
})

describe('the results that belong to a journal', () => {
  const line = (row: number): string => `{"row":${row},"name":"一"}\n`
  const size = Buffer.byteLength(line(1))
  async function withResults(name: string) {
    const output = file(`${name}.results`)
    const path = file(`${name}.journal`)
    const given = { ...header, results: output }
    const journal = await open(path, given)
    journal.acknowledge(1, line(1))
    await turn()
    await journal.begin([2])
    journal.fail(2, reason, false, line(2))
    await journal.close()
    return { output, path, given }
  }

  it('are known to it by their length in bytes', async () => {
    const { output, path } = await withResults('known')
    expect(readFileSync(output, 'utf8')).toBe(line(1) + line(2))
    expect(linesOf(path)).toEqual([`+1 ${size}`, '>2', `-2 ${2 * size} ${JSON.stringify(reason)}`])
    expect(statSync(output).mode & 0o777).toBe(0o600)
  })

  it('go on where they were', async () => {
    const { output, path, given } = await withResults('further')
    writeFileSync(output, 'half a li', { flag: 'a' })
    writeFileSync(path, '>3-4\n', { flag: 'a' })
    const journal = await open(path, given)
    expect(readFileSync(output, 'utf8')).toBe(line(1) + line(2))
    journal.acknowledge(3, line(3))
    await journal.close()
    expect(readFileSync(output, 'utf8')).toBe(line(1) + line(2) + line(3))
    expect(linesOf(path).at(-1)).toBe(`+3 ${3 * size}`)
  })

  it('stay as short as somebody has made them', async () => {
    const { output, path, given } = await withResults('shortened')
    truncateSync(output, size)
    await (await open(path, given)).close()
    expect(readFileSync(output, 'utf8')).toBe(line(1))
  })

  it('of another job are not written to', async () => {
    const { output } = await withResults('foreign')
    const journal = open(file('stranger.journal'), { ...header, results: output })
    await expect(journal).rejects.toThrow(RequestError)
    await expect(journal).rejects.toThrow(
      `${output} is there already: name another file for the results, or take it away`,
    )
    expect(readFileSync(output, 'utf8')).toBe(line(1) + line(2))
  })

  // A disk that is always full.
  it.runIf(existsSync('/dev/full'))(
    'are no longer written once the disk is full, which is said once',
    async () => {
      const path = file('full.journal')
      errors.length = 0
      const journal = await open(path, { ...header, results: '/dev/full' })
      journal.acknowledge(1, line(1))
      await turn()
      const why = `The journal ${path} cannot be written: ENOSPC`
      expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(why) })])
      expect(errors[0]?.message).toContain('Rows without an answer in it are sent again by another run')
      expect(errors[0]?.cause).toMatchObject({ code: 'ENOSPC' })
      journal.acknowledge(2, '')
      await turn()
      // The journal knows of no row whose result is not there.
      expect(linesOf(path)).toEqual([])
      await expect(journal.begin([3])).rejects.toBe(errors[0])
      await expect(journal.close()).rejects.toBe(errors[0])
      expect(errors).toHaveLength(1)
      expect(existsSync(`${path}.lock`)).toBe(false)
    },
  )
})

describe('the numbers of rows', () => {
  it('are kept for millions of rows, each of them and no other', () => {
    const numbers = createRowNumbers(Uint32Array)
    numbers.set(1, 1, 70_000)
    numbers.set(4_094, 4_095, 1)
    numbers.set(4_096, 4_096, 2)
    numbers.set(999_999, 1_000_001, 3)
    const rows = [0, 1, 2, 4_093, 4_094, 4_095, 4_096, 4_097, 999_998, 999_999, 1_000_001, 1_000_002]
    expect(rows.map(numbers.get)).toEqual([0, 70_000, 0, 0, 1, 1, 2, 0, 0, 3, 3, 0])
  })
})
