import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { TRADE } from '../../lib/bills/trade.js'
import { readJournal } from '../../lib/bulk/journal/format.js'
import { openTable } from '../../lib/bulk/table.js'
import { loadPublicKey } from '../../lib/crypto/index.js'
import { decodeXml } from '../../lib/crypto/xml.js'
import { Wechatpay } from '../../lib/index.js'
import { printable, withoutKeys } from '../../lib/printable.js'
import { ALL_HEADINGS, readBill } from '../bills/lines.js'
import { startRig } from '../e2e/client.js'

const rig = startRig()
const folder = mkdtempSync(join(tmpdir(), 'wechatpay-growth-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** CPU time in milliseconds. What the work throws is no matter here. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await Promise.resolve()
    .then(work)
    .catch(() => undefined)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const client = (baseURL: string): void => new Wechatpay({ ...rig.emulator.merchant, baseURL }).close()
const bill = (text: string) => () => readBill(`${ALL_HEADINGS}\n${text}`, TRADE)
const journal = (lines: string) => async () => {
  const header = '{"format":"wechatpay-fluent bulk","version":1}'
  await readJournal(file('job.journal', `${header}\n${lines}`), () => undefined)
}
const table = (name: string, text: string) => async () => {
  const { rows } = await openTable(file(name, text), undefined, process.stdin)
  for await (const _ of rows());
}
const notification =
  (body: string, headers = {}) =>
  () => {
    const genuine = rig.emulator.signNotification('TRANSACTION.SUCCESS')
    return rig.wxpay.notifications.parse({ headers: { ...genuine.headers, ...headers }, body })
  }
const answer = (text: string) => async () => {
  rig.emulator.fail({ path: 'v3/certificates', status: 400, code: 'X', message: text, times: 1 })
  await rig.wxpay.v3.certificates.get()
}

describe('work over the text of strangers grows as the text does', () => {
  it.each<[string, (size: number) => () => unknown]>([
    ['half armours of PEM', (size) => () => loadPublicKey('-----BEGIN X-----\n'.repeat(size))],
    ['quotes around a key', (size) => () => loadPublicKey('"'.repeat(size * 10))],
    ['slashes in a baseURL', (size) => () => client(`http://127.0.0.1${'/'.repeat(size * 4)}x`)],
    ['a misspelt key', (size) => () => rig.wxpay.chain('v3/certificates').url({ ['x'.repeat(size)]: 1 })],
    ['a long id in a path', (size) => () => rig.wxpay.chain(`v3/pay/${'x'.repeat(size)}`).post({})],
    ['a path of many segments', (size) => () => rig.wxpay.chain(`v3/${'a/'.repeat(size)}b`).post({})],
    ['braces in a path', (size) => () => rig.wxpay.chain(`v3/${'{'.repeat(size)}`).post({})],
    ['placeholders in a path', (size) => () => rig.wxpay.chain(`v3/${'{a}/'.repeat(size)}b`).post({ a: 1 })],
    ['an open quote in a bill', (size) => bill(`"${'""\n'.repeat(size / 3)}`)],
    ['a row of a bill without end', (size) => bill(`\`a\n${'"a,",\n'.repeat(size / 6)}`)],
    ['lines of a bill that are none', (size) => bill('`\n'.repeat(size))],
    ['fields of a bill', (size) => bill('`a,'.repeat(size))],
    ['ranges of a journal', (size) => journal(`+1-10000\n`.repeat(size / 10))],
    ['damaged lines of a journal', (size) => journal('{"\0\n'.repeat(size))],
    ['an open quote in a table', (size) => table('open.csv', `a,b\n"${'""\n'.repeat(size)}`)],
    ['columns of a table', (size) => table('wide.csv', `${'a,'.repeat(size)}\n${'1,'.repeat(size)}`)],
    ['a line of JSON without end', (size) => table('long.jsonl', `{"a":"${'x'.repeat(size * 10)}`)],
    ['open tags of XML', (size) => () => decodeXml(`<xml>${'<a>'.repeat(size)}`)],
    ['siblings in XML', (size) => () => decodeXml(`<xml>${'<a>1</a>'.repeat(size)}</xml>`)],
    ['attributes in XML', (size) => () => decodeXml(`<xml ${'a="1" '.repeat(size)}></xml>`)],
    ['an open CDATA in XML', (size) => () => decodeXml(`<xml><a><![CDATA[${'x]]'.repeat(size)}`)],
    ['entities in XML', (size) => () => decodeXml(`<xml><a>${'&amp;'.repeat(size)}</a></xml>`)],
    ['a notification of brackets', (size) => notification('['.repeat(size))],
    ['a notification of blanks', (size) => notification(`${' '.repeat(size)}<`)],
    [
      'a signature of a notification',
      (size) => notification('{}', { 'Wechatpay-Signature': 'A'.repeat(size) }),
    ],
    ['a serial of a notification', (size) => notification('{}', { 'Wechatpay-Serial': '0'.repeat(size) })],
    ['the message of an error', (size) => answer('\u0001'.repeat(size))],
    ['a text made printable', (size) => () => printable('\u202e'.repeat(size * 10))],
    ['a text without keys', (size) => () => withoutKeys('aA1/'.repeat(size * 10))],
  ])('%s', async (_, attack) => {
    await cpuOf(attack(100))
    const small = await cpuOf(attack(12_500))
    const large = await cpuOf(attack(50_000))
    // Four times as much; sixteen times would be the square. The few milliseconds are the noise of small numbers.
    expect(large).toBeLessThan(small * 8 + 100)
  })
})
