import { describe, expect, it } from 'vitest'
import { failure, startFlowRig } from './rig.js'

const rig = startFlowRig()

describe('a member card', () => {
  it('is there after its import, once', async () => {
    const open = rig.wxpay.v3.marketing.membercardOpen
    await open.callback.patch({ json: { notify_url: rig.notify_url } })
    const card_id = 'pbLatjvWOibDc5-TBnbUk1pD12o0'
    const [openid, code] = [rig.next(), rig.next()]
    const json = { openid, code, out_request_no: rig.next() }
    await open.cards._card_id_.users.import.post({ card_id, json })
    await open.cards._card_id_.users.import.post({ card_id, json })
    expect((await rig.arrival('MEMBERCARD.ACCEPT_CARD')).resource).toMatchObject({ card_id, code, openid })
    const { data } = await open.cards._card_id_.codes._code_.get({ card_id, code })
    expect(data).toMatchObject({ openid, user_card_status: 'EFFECTIVE' })
    const mine = await open.user.cards.get({ query: { openid, offset: 0, limit: 10 } })
    expect(mine.data).toMatchObject({ total_count: 1, data: [{ card_id, code }] })
    expect(rig.emulator.members()).toEqual([{ card_id, ...json }])
    await open.cards._card_id_.codes._code_.unavailable.post({ card_id, code, json: {} })
    const gone = await open.cards._card_id_.codes._code_.get({ card_id, code })
    expect(gone.data.user_card_status).toBe('UNAVAILABLE')
    expect(rig.events.filter(({ event_type }) => event_type === 'MEMBERCARD.ACCEPT_CARD')).toHaveLength(1)
  })

  it('has a code of its own when the import names none, and its number is for one user', async () => {
    const { cards } = rig.wxpay.v3.marketing.membercardOpen
    const card_id = rig.next()
    const json = { openid: rig.next(), out_request_no: rig.next() }
    const { data } = await cards._card_id_.users.import.post({ card_id, json })
    const again = await cards._card_id_.users.import.post({ card_id, json })
    expect(again.data).toEqual(data)
    const other = cards._card_id_.users.import.post({ card_id, json: { ...json, openid: rig.next() } })
    expect((await failure(other)).detail).toMatchObject({ field: '/out_request_no' })
    expect(rig.emulator.members().filter((member) => member.card_id === card_id)).toEqual([
      { card_id, ...json, code: data.code },
    ])
  })
})
