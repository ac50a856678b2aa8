import { createPublicKey, randomUUID } from 'node:crypto'
import { Ajv, type ValidateFunction } from 'ajv'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../catalog/model.js'
import { endpointDocument, responseSchema } from '../../../lib/catalog/document.js'
import { lookup } from '../../../lib/catalog/lookup.js'
import type { JsonSchema } from '../../../lib/catalog/schema.js'
import { encryptOaep } from '../../../lib/crypto/index.js'
import { createEmulator, type Emulator } from '../../../lib/emulator/index.js'
import { type ApiError, Wechatpay } from '../../../lib/index.js'
import { fieldsOfXml, signatureOf } from './protocol.js'
import { type V2Case, v2Cases } from './requests.js'

// biome-ignore lint/suspicious/noExplicitAny: the paths are data here
type Node = any

const PLACEHOLDER = /^\{(.+)\}$/
const SPELLINGS: Readonly<Record<string, (wxpay: Wechatpay, template: string) => Node>> = {
  property: (wxpay, template) =>
    template.split('/').reduce((node: Node, segment) => {
      const name = segment
        .replace(PLACEHOLDER, '_$1_')
        .replace(/-([a-z\d])/g, (_, letter: string) => letter.toUpperCase())
      return node[name]
    }, wxpay),
  chain: (wxpay, template) => wxpay.chain(template),
  bracket: (wxpay, template) => (wxpay as Node)[template],
}

const cases = v2Cases()
/** A day from now in Beijing, as v2 writes times. */
const TOMORROW = new Date(Date.now() + 32 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14)
/** The emulator refuses the sample's own values; each call is given what the endpoint needs. */
const PREPARED: Readonly<Record<string, (wxpay: Wechatpay) => Promise<Record<string, string>>>> = {
  'v2/mmpaysptrans/pay_bank': async (wxpay) => {
    const { data } = await wxpay.v2.risk.getpublickey.post({ xml: {} })
    const key = createPublicKey(data.pub_key ?? '')
    return { enc_bank_no: encryptOaep('6228480402564890018', key), enc_true_name: encryptOaep('张三', key) }
  },
  // The documented order expired long ago, and one that is paid is not paid again.
  'v2/pay/micropay': async () => ({ out_trade_no: randomUUID().replaceAll('-', ''), time_expire: TOMORROW }),
}
/** What is refused because of what was not ordered before: that is what tests/protocols/v2/orders.test.ts is about. */
const REFUSED: Readonly<Record<string, string>> = {
  'v2/pay/orderquery': 'ORDERNOTEXIST',
  'v2/pay/closeorder': 'ORDERNOTEXIST',
  'v2/pay/refundquery': 'REFUNDNOTEXIST',
  'v2/secapi/pay/refund': 'ORDERNOTEXIST',
  'v2/secapi/pay/reverse': 'ORDERNOTEXIST',
}

describe.each([false, true])('the whole catalogue of v2 (https: %s)', (https) => {
  let emulator: Emulator
  let wxpay: Wechatpay
  let sandbox: Wechatpay

  beforeAll(async () => {
    emulator = await createEmulator({ https })
    wxpay = new Wechatpay(emulator.merchant)
    const { data } = await wxpay.v2.sandboxnew.pay.getsignkey.post({ xml: {} })
    sandbox = new Wechatpay({ ...emulator.merchant, secret: String(data.sandbox_signkey) })
  })
  afterAll(async () => {
    wxpay.close()
    sandbox.close()
    await emulator.close()
  })

  const clientOf = ({ endpoint: { template } }: V2Case): Wechatpay =>
    /^v2\/(sandboxnew\/(?!pay\/getsignkey)|xdc\/apiv2sandbox)/.test(template) ? sandbox : wxpay

  it('is known at run time', () => {
    const examples = cases.filter(({ isExample }) => isExample).length
    console.info(
      `${cases.length} endpoints × ${Object.keys(SPELLINGS).length} spellings, ${examples} with the documentation's example, ${cases.length - examples} with a request made from the schema`,
    )
    expect(cases.filter(({ endpoint: { template, verb } }) => !lookup(template, verb))).toEqual([])
    expect(examples).toBeGreaterThan(0)
  })

  it.each(cases)('$name goes out and comes back in every spelling', async (one) => {
    const { endpoint, traits, request } = one
    const { template, verb } = endpoint
    const client = clientOf(one)
    for (const spell of Object.values(SPELLINGS)) {
      const prepared = await PREPARED[template]?.(client)
      const given = prepared ? { ...request, xml: { ...request.xml, ...prepared } } : request
      const node = spell(client, template)
      emulator.requests.length = 0
      const answer = traits.redirect
        ? await fetchPage(node.url({ ...given, baseURL: 'http://127.0.0.1' }), emulator, https)
        : await node[verb](given).catch((error: unknown) => error)
      const arrived = emulator.requests.at(-1)
      expect(arrived).toMatchObject({ method: verb.toUpperCase(), path: `/${traits.wire}`, verified: true })
      expectIntact(arrived, one, given, client === sandbox)
      const refusal = answer instanceof Error ? answer : undefined
      expect((refusal as ApiError | undefined)?.code, refusal?.message).toBe(REFUSED[template])
      if (!refusal && !traits.redirect) await expectSchema(one, answer.data)
    }
  })

  function expectIntact(
    arrived: Emulator['requests'][number] | undefined,
    { endpoint, traits }: V2Case,
    given: V2Case['request'],
    inSandbox: boolean,
  ): void {
    if (!arrived) throw new Error('nothing arrived')
    if (given.multipart) {
      expect(arrived.body).toContain('an image')
      return
    }
    const fields =
      endpoint.verb === 'get' ? (arrived.query as Record<string, string>) : fieldsOfXml(arrived.body)
    expect(fields).toMatchObject((endpoint.verb === 'get' ? given.query : given.xml) ?? {})
    const merchant = traits.merchantId ?? 'mch_id'
    if (merchant) expect(fields[merchant]).toBe(emulator.merchant.mchid)
    expect('nonce_str' in fields).toBe(!traits.nonceless && !traits.redirect)
    if (traits.signType) expect(fields.sign_type).toBe(traits.signType)
    if (traits.noSignType) expect(fields).not.toHaveProperty('sign_type')
    // Made here once more, from the protocol alone.
    if (!inSandbox) expect(fields.sign).toBe(signatureOf(fields, emulator.merchant.secret))
  }
})

async function fetchPage(url: string, emulator: Emulator, https: boolean): Promise<unknown> {
  const { pathname, search, hash } = new URL(url)
  if (!hash && url.includes('#')) throw new Error('an empty fragment')
  if (https) {
    const { request } = await import('node:https')
    return new Promise((resolve, reject) => {
      request(emulator.url + pathname + search, { ca: emulator.ca }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode))
      })
        .on('error', reject)
        .end()
    })
  }
  return (await fetch(emulator.url + pathname + search)).status
}

const ajv = new Ajv({ strict: false, code: { optimize: false } })
/** Compiled once for all spellings. */
const validators = new Map<Endpoint, ValidateFunction | undefined>()

async function expectSchema({ endpoint }: V2Case, data: unknown): Promise<void> {
  const { template, response } = endpoint
  if (response.binary) expect(data).toBeInstanceOf(Buffer)
  if (response.text) expect(typeof data).toBe('string')
  if (!validators.has(endpoint)) validators.set(endpoint, await validatorOf(endpoint))
  const validate = validators.get(endpoint)
  if (validate) expect(validate(data), `${template}: ${ajv.errorsText(validate.errors)}`).toBe(true)
}

async function validatorOf({ template, verb }: Endpoint): Promise<ValidateFunction | undefined> {
  const document = await endpointDocument(template, verb)
  const schema = document && responseSchema(document)
  return schema && ajv.compile(withoutFailures(schema))
}

/** An answer that says yes lacks what only a failure has. */
function withoutFailures(schema: JsonSchema): JsonSchema {
  const required = schema.required?.filter(
    (name) => !/^(err|error)_code|^sign$|^nonce_str$|^return_msg$/.test(name),
  )
  return { ...schema, ...(required && { required }) }
}
