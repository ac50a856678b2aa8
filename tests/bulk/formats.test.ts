import { spawnSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { writeXlsx } from 'hucre/xlsx'
import { describe, expect, it } from 'vitest'
import { openTable } from '../../lib/bulk/table.js'
import { RequestError } from '../../lib/index.js'
import { startFolder } from './folder.js'

const file = startFolder()

async function read(input: Parameters<typeof openTable>[0], stdin = process.stdin as NodeJS.ReadableStream) {
  const table = await openTable(input, undefined, stdin as typeof process.stdin)
  const rows: unknown[] = []
  for await (const { columns } of table.rows()) rows.push(columns)
  await table.close()
  return { headings: table.headings, rows }
}

const MEMBERS = [
  { 姓名: '张三', 卡号: '0012' },
  { 姓名: '李，四"', 卡号: '0013' },
]
const CSV = '姓名,卡号\r\n张三,0012\r\n"李，四""",0013\r\n'
/** The same table in GB18030. */
const GB18030 = 'd0d5c3fb2cbfa8bac50d0ad5c5c8fd2c303031320d0a22c0eea3accbc42222222c303031330d0a'

describe('rows are read from', () => {
  it('CSV, with the mark that spreadsheet programs put in front', async () => {
    const table = await read(file('mark.csv', `\uFEFF${CSV}`))
    expect(table).toEqual({ headings: ['姓名', '卡号'], rows: MEMBERS })
  })

  it('CSV in the encoding of a Chinese Windows', async () => {
    expect((await read(file('gbk.csv', Buffer.from(GB18030, 'hex')))).rows).toEqual(MEMBERS)
  })

  it('text with tabs or semicolons between the cells', async () => {
    expect((await read(file('tabs.txt', '姓名\t卡号\n张三\t0012\n'))).rows).toEqual(MEMBERS.slice(0, 1))
    expect((await read(file('semicolons.csv', '姓名;卡号\n张三;0012\n'))).rows).toEqual(MEMBERS.slice(0, 1))
  })

  it('JSON lines', async () => {
    const text = MEMBERS.map((row) => JSON.stringify(row)).join('\n')
    expect(await read(file('rows.jsonl', text))).toEqual({ headings: undefined, rows: MEMBERS })
  })

  it('a workbook, whose numbers stay numbers', async () => {
    const rows = [
      ['姓名', '卡号', '金额'],
      ['张三', '0012', 250],
      [null, null, null],
      ['李四', '0013', 0.5],
    ]
    const bytes: Uint8Array = await writeXlsx({ sheets: [{ name: 'Sheet1', rows }] })
    expect((await read(file('book.xlsx', bytes))).rows).toEqual([
      { 姓名: '张三', 卡号: '0012', 金额: 250 },
      { 姓名: '李四', 卡号: '0013', 金额: 0.5 },
    ])
  })

  it('standard input', async () => {
    expect((await read('-', createReadStream(file('stdin', CSV)))).rows).toEqual(MEMBERS)
  })

  it('objects', async () => {
    expect((await read(MEMBERS)).rows).toEqual(MEMBERS)
  })
})

it.each([
  ['twice.csv', 'a,b,a\n1,2,3\n', /Two columns are called 'a'/],
  ['empty.csv', '', /is empty/],
  ['quotes.csv', 'a,b\n"1,2\n', /no sound CSV at line 2, column 1: the file ends within a cell/],
  ['inch.csv', 'a,b\n1,2\n1,5" pipe\n', /input is no sound CSV at line 3, column 2: .*"5"" pipe"/],
  ['after.csv', 'a,b\n"5" pipe,2\n', /no sound CSV at line 2, column 1: .*"5"" pipe"/],
  ['wide.csv', 'a,b\n1,2,3,4\n', /no sound CSV at line 2: the row has more cells/],
  ['text.xlsx', 'a,b\n1,2\n', /no sound workbook: /],
  ['bad.jsonl', '{"a":1}\n{"a":\n', /Line 2 of the input is no JSON/],
  ['rows.dat', 'a\n1\n', /set the format to csv, jsonl or xlsx/],
])('%s is refused, and it is said why', async (name, content, message) => {
  const failure = await read(file(name, content)).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(RequestError)
  expect((failure as RequestError).message).toMatch(message)
})

it('says what to install when workbooks cannot be read', () => {
  const program = `
    import { register } from 'node:module'
    register('data:text/javascript,' + encodeURIComponent(
      'export const resolve = (name, context, next) => { if (name.startsWith("hucre")) throw new Error("none"); return next(name, context) }'))
    const { readXlsx } = await import(${JSON.stringify(fileURLToPath(new URL('../../lib/bulk/formats.ts', import.meta.url)))})
    await readXlsx('x.xlsx').next().catch((error) => console.log(error.message))`
  const args = ['--import', 'tsx', '--input-type=module', '-e', program]
  expect(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout).toContain('npm install hucre')
}, 30_000)
