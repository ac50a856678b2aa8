import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalizeSegment } from '../../lib/chain/names.js'

const exact = new Set(['addInstitutionsub'])
const normalize = (name: string) => normalizeSegment(name, exact)

describe('a property name of the chain', () => {
  it.each([
    ['membercardOpen', 'membercard-open'],
    ['MembercardOpen', 'membercard-open'],
    ['membercard-open', 'membercard-open'],
    ['v3', 'v3'],
    ['apply4subject', 'apply4subject'],
    ['_card_id_', '{card_id}'],
    ['$card_id$', '{card_id}'],
    ['{card_id}', '{card_id}'],
    ['_id_', '{id}'],
    ['video_upload', 'video_upload'],
    ['mch_operate', 'mch_operate'],
    ['addInstitutionsub', 'addInstitutionsub'],
  ])('%s becomes the segment %s', (name, segment) => {
    expect(normalize(name)).toBe(segment)
  })

  it.each(['1217752501201407033', 'AbC-dEf', 'v3/payAndMore', 'a{b}C', '4200001234Xy', 'a.B', 'tail '])(
    '%s is no identifier and stays literal',
    (name) => {
      expect(normalize(name)).toBe(name)
    },
  )

  it('in camel case gives back the kebab segment it was made from', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const camel = words
          .map((part, at) => (at === 0 ? part : part[0]?.toUpperCase() + part.slice(1)))
          .join('')
        expect(normalize(camel)).toBe(words.join('-'))
      }),
    )
  })

  it('is normalised once and for all', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$]{0,20}$/), (name) => {
        expect(normalize(normalize(name))).toBe(normalize(name))
      }),
    )
  })
})
