import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ApiError, RequestError, sensitive, type Wechatpay } from '../../lib/index.js'
import { startRig } from './client.js'

const rig = startRig()

interface AnyNode {
  post(request: unknown): Promise<unknown>
  get(request?: unknown): Promise<unknown>
}
type Spell = (wxpay: Wechatpay) => { readonly post: unknown }

const DOCUMENTED = '/v3/applyment4sub/applyment/'
const SPELLINGS: readonly (readonly [string, Spell])[] = [
  ['properties', ({ v3 }) => v3.applyment4sub.applyment],
  ['chain() without the slash', (wxpay) => wxpay.chain('v3/applyment4sub/applyment')],
  ['chain() with the slash', (wxpay) => wxpay.chain('v3/applyment4sub/applyment/')],
  ['a bracket string without the slash', (wxpay) => wxpay['v3/applyment4sub/applyment']],
  ['a bracket string with the slash', (wxpay) => wxpay['v3/applyment4sub/applyment/']],
  ['a chain that goes on with the slash', ({ v3 }) => v3.applyment4sub.chain('applyment/')],
  ['the spelling of earlier releases', (wxpay) => wxpay.chain('v3/applyment4sub/applyment/{empty}')],
]

const called = (spell: Spell): AnyNode => spell(rig.wxpay) as AnyNode

const request = () => ({
  json: { business_code: '1900013511_10000', contact_info: { contact_name: sensitive('张三') } },
  retry: false,
})

describe('a path that the documentation ends with a slash', () => {
  it.each(SPELLINGS)(
    'is sent with it, whatever its traits ask for done, when called by %s',
    async (_, spell) => {
      const error: unknown = await called(spell)
        .post(request())
        .catch((reason: unknown) => reason)
      const [arrived] = rig.emulator.requests
      expect(arrived).toMatchObject({ method: 'POST', path: DOCUMENTED, verified: true })
      expect(JSON.parse(arrived?.body ?? '').contact_info.contact_name).toMatch(/^[A-Za-z0-9+/]{342}==$/)
      expect(arrived?.headers['wechatpay-serial']).toBe(Object.keys(rig.emulator.merchant.certs)[0])
      // The sample is not whole: the emulator knows the endpoint, and names a field that lacks.
      expect(error).toBeInstanceOf(ApiError)
      expect(error).toMatchObject({ code: 'PARAM_ERROR', path: 'v3/applyment4sub/applyment' })
    },
  )

  it.each(SPELLINGS)('is repeated by its number when called by %s', async (_, spell) => {
    rig.emulator.fail({ path: DOCUMENTED.slice(1), status: 500, code: 'SYSTEM_ERROR', times: 1 })
    await called(spell)
      .post({ ...request(), retry: 1 })
      .catch(() => undefined)
    expect(rig.emulator.requests).toHaveLength(2)
  })

  it.each(SPELLINGS)('is named as in the route map in errors, when called by %s', async (_, spell) => {
    const wrong = called(spell).post({ ...request(), empty: '' })
    await expect(wrong).rejects.toThrow(RequestError)
    await expect(wrong).rejects.toThrow("POST v3/applyment4sub/applyment: unknown key 'empty'")
    expect(rig.emulator.requests).toEqual([])
  })

  it('has others below it, which have no slash', async () => {
    const { wxpay } = rig
    const query = wxpay['v3/applyment4sub/applyment/'].chain('business_code/{business_code}')
    expect(inspect(query)).toBe('Wechatpay <v3/applyment4sub/applyment/business_code/{business_code}>')
    await query.get({ business_code: 'B1' })
    await wxpay.v3.ecommerce.applyments._applyment_id_.get({ applyment_id: 7 })
    expect(rig.emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v3/applyment4sub/applyment/business_code/B1',
      'GET /v3/ecommerce/applyments/7',
    ])
  })

  it('leaves a path as it is written that is not documented', async () => {
    const undocumented = (rig.wxpay.chain('v3/certificates/') as AnyNode).get({ retry: false })
    await expect(undocumented).rejects.toMatchObject({ path: 'v3/certificates/', status: 404 })
    const otherVerb = (rig.wxpay['v3/applyment4sub/applyment/'] as unknown as AnyNode).get({ retry: false })
    await expect(otherVerb).rejects.toMatchObject({ path: 'v3/applyment4sub/applyment/', status: 404 })
  })
})
