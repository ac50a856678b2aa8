import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { writeXlsx } from 'hucre/xlsx'
import { beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM } from '../cli/run.js'
import { startRig } from '../e2e/client.js'
import { startFolder } from './folder.js'

const rig = startRig()
const file = startFolder()
const CARD = ['bulk', 'member-cards', '--card-id', 'pCARD', '--input']
const printed: string[] = []
let env: NodeJS.ProcessEnv

beforeAll(() => {
  const { mchid, serial, privateKey, certs, baseURL } = rig.emulator.merchant
  const key = file('apiclient_key.pem', privateKey)
  const config = file('config.json', JSON.stringify({ mchid, serial, privateKey: key, certs, baseURL }))
  env = { ...process.env, CONFIG: config }
})

interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(args: readonly string[], input = '', more: NodeJS.ProcessEnv = {}) {
  const [node = '', ...before] = PROGRAM
  const child = spawn(node, [...before, ...args, '--config', String(env.CONFIG)], {
    env: { ...env, ...more },
  })
  child.stdin.end(input)
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (text.stdout += chunk))
  child.stderr.on('data', (chunk) => (text.stderr += chunk))
  const ended = once(child, 'close').then(([code]): Ran => {
    printed.push(text.stdout, text.stderr)
    return { code, ...text }
  })
  return { child, ended, text }
}

const run = (...given: Parameters<typeof start>): Promise<Ran> => start(...given).ended

describe('wxpay bulk', { timeout: 60_000 }, () => {
  it('imports members, and says what came of it', async () => {
    const input = file('members.csv', '微信openid,会员卡号\no1,1\no2,2\n')
    const { code, stdout, stderr } = await run([...CARD, input, '--validate', '--json'])
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('2 acknowledged, 0 failed'),
    })
    expect(JSON.parse(stdout)).toMatchObject({ acknowledged: 2, failed: 0, journal: `${input}.journal` })
    expect(rig.emulator.requests.map(({ verified }) => verified)).toEqual([true, true])
  })

  it('exits 1 when rows fail, and says where they are and why', async () => {
    const input = file('refused.csv', `openid,code\no1,${'x'.repeat(65)}\n`)
    const { code, stderr } = await run([...CARD, input])
    expect(code).toBe(1)
    expect(stderr).toContain('PARAM_ERROR: 1')
    expect(stderr).toContain('refused.failed.csv')
  })

  it('says in Chinese what came of it, and what the codes mean', async () => {
    const input = file('chinese.csv', 'openid,card_id\no1,pCARD\no2,\n')
    const path = 'v3/marketing/membercard-open/cards/{card_id}/users/import'
    const { code, stderr } = await run(['bulk', 'post', path, '--input', input], '', {
      LC_ALL: 'zh_CN.UTF-8',
    })
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^1 行已确认，1 行失败，0 行此前已有结果\n {2}ROW_INVALID: 1\n {4}这一行不符合接口要求/,
    )
    expect(stderr).toContain('chinese.failed.csv（改好后运行该文件）')
  })

  it('takes any endpoint, with columns and constants of its own, from standard input', async () => {
    const args = [
      'bulk',
      'POST',
      'v3/refund/domestic/refunds',
      '--input',
      '-',
      '--journal',
      file('r.journal'),
    ]
    const more = ['--map', 'out_trade_no=订单', '--set', 'amount.currency=CNY', '--failed', file('r.csv')]
    const { code } = await run([...args, ...more], '订单,amount.refund,amount.total\nT1,1,2\n')
    expect(code).toBe(1)
    expect(JSON.parse(rig.emulator.requests[0]?.body ?? '')).toMatchObject({
      ...{ out_trade_no: 'T1', amount: { refund: 1, total: 2, currency: 'CNY' } },
    })
  })

  it('names wrong rows and sends none of them', async () => {
    const input = file('wrong.csv', 'openid,code\no1,1\n,2\n')
    const { code, stderr } = await run([...CARD, input, '--validate'])
    expect(code).toBe(1)
    expect(stderr).toContain('row 2: json.openid is missing')
    expect(rig.emulator.requests).toEqual([])
  })

  it('shows what fills which field, and the first request, and does nothing else', async () => {
    const input = file('plan.csv', 'account,name,type,relation_type,备注\no1,张三,PERSONAL_OPENID,USER,x\n')
    const args = ['bulk', 'post', 'v3/profitsharing/receivers/add', '--set', 'appid=wxd678efh567hg6787']
    const { code, stdout } = await run([...args, '--input', input, '--dry-run', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      endpoint: 'POST v3/profitsharing/receivers/add',
      columns: {
        ...{ account: 'json.account', name: 'json.name', type: 'json.type' },
        ...{ relation_type: 'json.relation_type', 备注: null },
      },
      ...{ missing: {}, derived: {} },
      constants: { 'json.appid': 'wxd678efh567hg6787' },
      rows: 1,
      problems: [],
      request: {
        row: 1,
        lacks: {},
        method: 'POST',
        url: `${rig.emulator.url}/v3/profitsharing/receivers/add`,
        body: {
          ...{ appid: 'wxd678efh567hg6787', account: 'o1', name: '(encrypted)' },
          ...{ type: 'PERSONAL_OPENID', relation_type: 'USER' },
        },
      },
    })
    expect(existsSync(`${input}.journal`)).toBe(false)
    expect(rig.emulator.requests).toEqual([])
  })

  it('shows with a dry run what is wrong with rows, and which column is missing', async () => {
    const refunds = ['bulk', 'post', 'v3/refund/domestic/refunds', '--dry-run', '--input']
    const input = file('wrong-plan.csv', 'out_trade_no,amount.refund,amount.total\nT1,1,2\nT2,x,2\n')
    const { code, stdout, stderr } = await run([...refunds, input])
    expect(code).toBe(1)
    expect(stdout).toMatch(/amount\.total +json\.amount\.total\n/)
    expect(stdout).toContain('row 1: json.amount.currency is missing')
    expect(stdout).toMatch(/row 2: amount\.refund .*number/)
    expect(stdout).toMatch(/\(no column\) +json\.amount\.currency +required\n/)
    expect(stderr).toContain('no column gives json.amount.currency; nothing was sent')
    const input2 = file('wrong-cells.csv', 'out_trade_no,amount\nT1,1\nT2,{}\n')
    const cells = await run([...refunds, input2])
    expect(cells).toMatchObject({ code: 1, stderr: 'error: 2 of 2 rows are wrong; nothing was sent\n' })
    expect(rig.emulator.requests).toEqual([])
  })

  it('says that rows get numbers of their own, and which column may have been meant to give them', async () => {
    const input = file('numbers.csv', 'out_trade_no,out_refund_n,amount.refund,amount.total\nT1,R1,1,2\n')
    const args = ['bulk', 'post', 'v3/refund/domestic/refunds', '--dry-run', '--input', input]
    const set = ['--set', 'amount.currency=CNY']
    expect(await run([...args, ...set])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("is the column 'out_refund_n' meant for json.out_refund_no?"),
      stdout: expect.stringMatching(
        /json\.out_refund_no +a number is made for each row; is it 'out_refund_n'\? --map 'json\.out_refund_no=out_refund_n'/,
      ),
    })
    const planOf = async (more: string[]) =>
      JSON.parse((await run([...args, ...set, ...more, '--json'])).stdout)
    expect(await planOf([])).toMatchObject({ derived: { 'json.out_refund_no': 'out_refund_n' }, missing: {} })
    expect(await planOf(['--map', 'out_refund_no=out_refund_n'])).toMatchObject({ derived: {}, missing: {} })
  })

  it.each([
    [
      'a spreadsheet program',
      'near.csv',
      'out_trade_no,Out Refund No,amount.refund,amount.total\nT1,R1,1,2\n',
    ],
    [
      'a program',
      'near.jsonl',
      '{"out_trade_no":"T1","amount.total":2}\n{"out_trade_no":"T2","amount":{},"outRefundNo":"R2"}\n',
    ],
    [
      'a program of which one alone is misspelt',
      'one.jsonl',
      '{"out_trade_no":"T1","out_refund_no":"R1","amount.refund":1,"amount.total":2}\n{"out_trade_no":"T2","out_refund_no":"","outRefundNo":"R2","amount.refund":1,"amount.total":2}\n',
    ],
  ])('sends no row of %s while the column of its number is called almost right', async (_, name, text) => {
    const input = file(name, text)
    const args = [
      'bulk',
      'post',
      'v3/refund/domestic/refunds',
      '--set',
      'amount.currency=CNY',
      '--input',
      input,
    ]
    const plan = JSON.parse((await run([...args, '--dry-run', '--json'])).stdout)
    expect(plan.derived['json.out_refund_no']).toMatch(/^out ?refund ?no$/i)
    const { code, stderr } = await run(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(/no column gives json\.out_refund_no, but .* almost like it: 'out ?refund ?no'/i)
    expect(existsSync(`${input}.journal`)).toBe(false)
    expect(rig.emulator.requests).toEqual([])
  })

  it('marks what is encrypted among the values for all rows', async () => {
    const list = [
      { out_detail_no: 'D1', transfer_amount: 30, transfer_remark: 'r', openid: 'o1', user_name: '李四' },
    ]
    const sets = { batch_name: 'B', batch_remark: 'R', transfer_detail_list: JSON.stringify(list) }
    const more = { 'transfer_detail_list[0].user_name': '王五', total_amount: '30', total_num: '1' }
    const set = Object.entries({ ...sets, ...more, appid: 'wxd678efh567hg6787' })
    const args = [
      'bulk',
      'post',
      'v3/transfer/batches',
      '--dry-run',
      '--input',
      file('set.csv', 'out_batch_no\nB12345\n'),
    ]
    for (const flags of [[], ['--json']]) {
      const { code, stdout, stderr } = await run([
        ...args,
        '--set',
        ...set.map(([name, value]) => `${name}=${value}`),
        ...flags,
      ])
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stdout).toContain('(encrypted)')
      expect(stdout).not.toMatch(/李四|王五/)
    }
  })

  it('says what the client adds to a message of APIv2', async () => {
    const input = file('v2.csv', 'out_trade_no,body,total_fee,spbill_create_ip\nORDER1,Tea,100,127.0.0.1\n')
    const set = ['trade_type=NATIVE', 'notify_url=https://shop.example/', 'appid=wxd678efh567hg6787']
    const args = ['bulk', 'post', 'v2/pay/unifiedorder', '--dry-run', '--input', input, '--set', ...set]
    const secret = { WXPAY_SECRET: String(rig.emulator.merchant.secret) }
    expect((await run(args, '', secret)).stdout).toMatch(
      /\}\nThe client adds mch_id, nonce_str, sign_type, sign\.\n$/,
    )
    const { request } = JSON.parse((await run([...args, '--json'], '', secret)).stdout)
    expect(request.adds).toEqual(['mch_id', 'nonce_str', 'sign_type', 'sign'])
  })

  it('shows the mapping and the first request with what they lack, from a spreadsheet too', async () => {
    const rows = [
      ['out_trade_no', 'amount.refund', 'ammount.total'],
      ['T1', 'x', 2],
    ]
    const input = file('lacking.xlsx', await writeXlsx({ sheets: [{ name: 'rows', rows }] }))
    const args = ['bulk', 'post', 'v3/refund/domestic/refunds', '--dry-run', '--input', input]
    const { code, stdout, stderr } = await run(args)
    expect(code).toBe(1)
    expect(stdout).toMatch(/ammount\.total +\(not used\)\n/)
    expect(stdout).toMatch(
      /json\.amount\.total +required; is it 'ammount\.total'\? --map 'json\.amount\.total=/,
    )
    expect(stdout).toContain('row 1: amount.refund must be a whole number')
    const [, request = ''] = stdout.split('The request of row 1, which is not complete:\n')
    expect(request).toMatch(/^POST \/v3\/refund\/domestic\/refunds\n/)
    expect(JSON.parse(request.slice(request.indexOf('{')))).toEqual({
      ...{ out_trade_no: 'T1', out_refund_no: expect.any(String) },
      amount: {
        refund: expect.stringContaining("(must be a whole number (an amount is in fen), and is 'x')"),
        ...{ total: '(missing)', currency: '(missing)' },
      },
    })
    expect(stderr).toContain('no column gives json.amount.total, json.amount.currency')
    const { missing, request: first } = JSON.parse((await run([...args, '--json'])).stdout)
    expect(missing).toEqual({ 'json.amount.total': 'ammount.total', 'json.amount.currency': null })
    expect(first.lacks).toEqual({
      ...missing,
      'json.amount.total': null,
      'json.amount.refund': expect.any(String),
    })
    expect(existsSync(`${input}.journal`)).toBe(false)
    expect(rig.emulator.requests).toEqual([])
  })

  it('shows a path without its value, and a table without rows', async () => {
    const card = ['bulk', 'post', 'v3/marketing/membercard-open/cards/{card_id}/users/import', '--dry-run']
    const lacking = await run([...card, '--input', file('no-card.csv', 'openid\no1\n')])
    expect(lacking).toMatchObject({ code: 1, stderr: expect.stringContaining('no column gives card_id') })
    expect(lacking.stdout).toContain('\nPOST /v3/marketing/membercard-open/cards/{card_id}/users/import\n')
    const empty = await run([...card, '--input', file('no-rows.csv', 'card_id,opnid\n')])
    expect(empty).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/json\.openid +required; is it 'opnid'/),
    })
  })

  it('shows no body of a request that has none', async () => {
    const args = ['bulk', 'get', 'v3/pay/transactions/out-trade-no/{out_trade_no}', '--dry-run', '--input']
    const { code, stdout } = await run([...args, file('queries.csv', 'out_trade_no\nA1\n')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^GET \S+: 1 rows\n.*\nGET http\S+\/out-trade-no\/A1\?mchid=\d+\n$/s)
  })

  it('shows the first row that is right, where others are wrong', async () => {
    const input = file('one-right.jsonl', '{"openid":1e300}\n{"openid":"o2"}\n')
    const { code, stdout } = await run([...CARD, input, '--dry-run', '--json'])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ missing: {}, problems: [{ row: 1 }] },
      request: { row: 2, url: expect.stringMatching(/^http.*\/cards\/pCARD\/users\/import$/), lacks: {} },
    })
  })

  it.each([
    ['no input', ['bulk', 'member-cards', '--card-id', 'p'], /--input/],
    ['a path with a typo', ['bulk', 'post', 'v3/refund/domestic/refund', '--input', 'FILE'], /did you mean/],
    ['a file that is not there', [...CARD, 'nowhere.csv'], /no file .*nowhere\.csv/],
    ['a number that is none', [...CARD, 'FILE', '--rate', 'fast'], /must be a number/],
  ])('exits 2 for %s', async (_, args, message) => {
    const input = file('any.csv', 'openid\no1\n')
    const { code, stderr } = await run(args.map((arg) => (arg === 'FILE' ? input : arg)))
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
  })

  it('finishes what is under way on Ctrl-C, says how to go on, and goes on', async () => {
    const input = file(
      'stop.csv',
      `openid\n${Array.from({ length: 400 }, (_, index) => `s${index}\n`).join('')}`,
    )
    const job = start([...CARD, input, '--rate', '100', '--output', file('stop.jsonl')])
    await expect.poll(() => rig.emulator.requests.length, { timeout: 30_000 }).toBeGreaterThan(20)
    job.child.kill('SIGINT')
    const { code, stderr } = await job.ended
    expect(code).toBe(130)
    expect(stderr).toContain('The same command goes on from here')
    const before = rig.emulator.requests.length
    expect(before).toBeLessThan(400)
    const rest = await run([...CARD, input, '--output', file('stop.jsonl'), '--json'])
    expect(JSON.parse(rest.stdout)).toMatchObject({ skipped: before, acknowledged: 400 - before, resent: 0 })
    const answers = readFileSync(file('stop.jsonl'), 'utf8').trimEnd().split('\n')
    expect(new Set(answers.map((line) => JSON.parse(line).row)).size).toBe(400)
    expect(answers).toHaveLength(400)
  })

  it('ends at once on a second Ctrl-C, and leaves nothing that keeps it from going on', async () => {
    const input = file(
      'hurry.csv',
      `openid\n${Array.from({ length: 40 }, (_, index) => `h${index}\n`).join('')}`,
    )
    const slow = rig.emulator.fail({ path: '*', fault: { delay: 60_000 } })
    const job = start([...CARD, input])
    await expect.poll(() => rig.emulator.requests.length, { timeout: 30_000 }).toBeGreaterThan(5)
    job.child.kill('SIGINT')
    await expect.poll(() => job.text.stderr, { timeout: 30_000 }).toContain('Stopping')
    job.child.kill('SIGINT')
    expect((await job.ended).code).toBe(130)
    slow.clear()
    expect((await run([...CARD, input])).code).toBe(0)
  })

  it('shows no secret', () => {
    const { privateKey } = rig.emulator.merchant
    const body = String(privateKey).split('\n')[1] ?? ''
    expect(printed.join('').includes(body)).toBe(false)
    expect(printed.join('')).not.toContain('signature="')
    expect(existsSync(file('members.csv.journal'))).toBe(true)
    expect(readFileSync(file('members.csv.journal'), 'utf8').includes(body)).toBe(false)
  })
})
