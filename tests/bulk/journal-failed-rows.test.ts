import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { convertCell } from '../../lib/bulk/convert-cell.js'
import { writeFailedRows } from '../../lib/bulk/journal/failed-rows.js'
import { openTable } from '../../lib/bulk/table.js'
import { startFolder } from './folder.js'

const file = startFolder()
const header = { format: 'wechatpay-fluent bulk', version: 1 }
/** The line of a row that failed. */
const failure = (row: number, columns: object, given: object = {}): string =>
  `-${row} ${JSON.stringify({ code: 'PARAM_ERROR', message: 'no', columns, ...given })}`
/** The failed rows of a journal with these lines: the count, and the file. */
async function failedRows(name: string, lines: readonly string[], { before = '', overwrite = true } = {}) {
  const journal = file(`${name}.journal`, [JSON.stringify(header), ...lines, ''].join('\n'))
  const path = file(`${name}.csv`, ...(before ? [before] : []))
  const failed = await writeFailedRows(journal, path, overwrite)
  expect(existsSync(`${path}.new`)).toBe(false)
  return { failed, path, text: existsSync(path) ? readFileSync(path, 'utf8') : undefined }
}

describe('the file of failed rows', () => {
  it('has the columns of every row that failed, and why, for a spreadsheet', async () => {
    const { failed, text, path } = await failedRows('columns', [
      '>1-3',
      failure(1, { openid: 'o1' }, { field: '/code', requestId: 'R1' }),
      '+2',
      failure(3, { openid: 'o3', code: 3 }, { code: 'NOT_FOUND' }),
    ])
    expect(text).toBe(
      '\uFEFFopenid,code,error.code,error.message,error.field,error.requestId\r\n' +
        'o1,,PARAM_ERROR,no,/code,R1\r\n' +
        'o3,3,NOT_FOUND,no,,\r\n',
    )
    expect(failed).toEqual({ rows: 2, codes: { PARAM_ERROR: 1, NOT_FOUND: 1 } })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('has a row once, by its last failure, and none that succeeded in the end', async () => {
    const unknown = failure(3, { openid: 'o3' }).replace('-', '?')
    const { failed, text } = await failedRows('last', [
      ...[failure(1, { openid: 'o1' }), failure(2, { openid: 'o2' }), unknown, failure(4, { openid: 'o4' })],
      ...[
        '>1-2',
        '+2',
        failure(1, { openid: 'o1' }, { code: 'SECOND' }),
        '>4',
        '<4',
        failure(12, { openid: 'o12' }),
      ],
    ])
    expect(text?.split('\r\n').slice(1)).toEqual([
      'o3,PARAM_ERROR,no,,',
      'o1,SECOND,no,,',
      'o12,PARAM_ERROR,no,,',
      '',
    ])
    expect(failed).toEqual({ rows: 3, codes: { PARAM_ERROR: 2, SECOND: 1 } })
  })

  it.each([
    ['a comma', 'a,b', '"a,b"'],
    ['a quote', 'a "b" "', '"a ""b"" """'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\rb', '"a\rb"'],
    ['a blank before it', ' a', '" a"'],
    ['a blank behind it', 'a\t', '"a\t"'],
    ['a blank in it', 'a b', 'a b'],
    ['nothing in it', '', ''],
    ['null', null, ''],
    ['a number', 0, '0'],
    ['an answer', false, 'false'],
    ['a list', ['a', 1], '"[""a"",1]"'],
  ])('holds a cell with %s', async (name, value, cell) => {
    const { text } = await failedRows(name, [failure(1, { value })])
    expect(text).toBe(
      `\uFEFFvalue,error.code,error.message,error.field,error.requestId\r\n${cell},PARAM_ERROR,no,,\r\n`,
    )
  })

  const FORMULAS = [
    ...['=1+1', '+8613800138000', '-5', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠1'],
    ...["'-5", "''=1", '=HYPERLINK("http://x","a")', '-'],
  ]
  const PLAIN = ["'", "'a", "it's", 'a=b', '5-3', '', '0', 'o1']

  it('has no cell that a spreadsheet program would calculate', async () => {
    const rows = FORMULAS.map((value, at) =>
      failure(at + 1, { [`=${at}`]: 1, '-v': value }, { message: value }),
    )
    const { text = '' } = await failedRows('formulas', rows)
    const cells = text.slice(1).split(/,|\r\n/)
    expect(cells.filter((cell) => /^"?[=+\-@\t\r＝＋－＠]/.test(cell))).toEqual([])
  })

  it('is read again with the values that were written', async () => {
    const values = [...FORMULAS, ...PLAIN]
    const { path } = await failedRows(
      'again',
      values.map((value, at) => failure(at + 1, { '=v': value, openid: `o${at}` })),
    )
    const table = await openTable(path, 'csv', process.stdin)
    const read: unknown[] = []
    for await (const { columns } of table.rows()) read.push(columns['=v'])
    expect(table.headings).toEqual(['=v', 'openid', '', '', '', ''])
    expect(read).toEqual(values)
  })

  it('keeps a negative number a number', async () => {
    const { path, text } = await failedRows('negative', [failure(1, { amount: -12.5, openid: '-o' })])
    expect(text).toContain("\r\n'-12.5,'-o,")
    const table = await openTable(path, 'csv', process.stdin)
    for await (const { columns } of table.rows()) {
      expect(convertCell(columns.amount, 'number')).toEqual({ value: -12.5 })
    }
  })

  it('is not there when no row failed, and what is there stays', async () => {
    const { failed, text } = await failedRows('none', ['>1', '+1'])
    expect([failed, text]).toEqual([{ rows: 0, codes: {} }, undefined])
    expect((await failedRows('stays', ['+1'], { before: 'mine' })).text).toBe('mine')
  })

  it('replaces one that is there only when that is asked for', async () => {
    const lines = [failure(1, { openid: 'o1' })]
    const kept = await failedRows('kept', lines, { before: 'mine', overwrite: false })
    expect(kept).toMatchObject({ text: 'mine', failed: { rows: 1 } })
    expect((await failedRows('replaced', lines, { before: 'mine' })).text).toContain('o1')
    expect((await failedRows('made', lines, { overwrite: false })).text).toContain('o1')
  })

  it('is not written to where a planted link leads', async () => {
    const target = file('target.csv', 'my thesis')
    symlinkSync(target, file('planted.csv.new'))
    const { text } = await failedRows('planted', [failure(1, { openid: 'a' })])
    expect(text).toContain('PARAM_ERROR')
    expect(readFileSync(target, 'utf8')).toBe('my thesis')
  })

  it('has every row, however many there are', async () => {
    const rows = Array.from({ length: 3_000 }, (_, at) => at + 1)
    const { failed, text } = await failedRows(
      'many',
      rows.map((row) => failure(row, { openid: `o${row}`, 备注: '长'.repeat(20) })),
    )
    expect(failed.rows).toBe(3_000)
    expect(
      text
        ?.trimEnd()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(rows.map((row) => `o${row}`))
  })
})
