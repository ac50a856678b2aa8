import { existsSync, readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { writeFailedRows } from '../../lib/bulk/journal/failed-rows.js'
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
