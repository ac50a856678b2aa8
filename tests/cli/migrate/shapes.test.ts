import { describe, expect, it } from 'vitest'
import { migrate } from './migrated.js'
import { shapes } from './shapes.js'

const TAG = 'TODO(wechatpay-fluent)'

describe.each(shapes)('shape $title', ({ before, after, isWhole }) => {
  it('becomes the program that is wanted', () => {
    const texts = Object.entries(migrate(before)).map(([name, { text }]) => [name, text])
    expect(Object.fromEntries(texts)).toEqual(after)
  })

  it('has a comment where it needs a hand, and nowhere else', () => {
    const marked = Object.values(migrate(before)).flatMap((one) => one.marked)
    expect(marked.length === 0).toBe(isWhole)
    expect(Object.values(after).some((text) => text.includes(TAG))).toBe(!isWhole)
  })

  it('stays as it is when it is migrated again', () => {
    expect(Object.values(migrate(after)).flatMap(({ edits }) => edits)).toEqual([])
  })
})

// The results and the keys of wechatpay-node-v3 are others: its programs have at least one place to look at.
const ofThePlugin = shapes.filter(
  ({ before }) => !Object.values(before).join('').includes('wechatpay-node-v3'),
)

it('rewrites four of five shapes of wechatpay-axios-plugin whole', () => {
  const whole = ofThePlugin.filter((one) => one.isWhole)
  expect(whole.length / ofThePlugin.length).toBeGreaterThanOrEqual(4 / 5)
})

it('passes over no line of a shape', () => {
  const unknown = shapes.flatMap(({ before }) => Object.values(migrate(before)).flatMap((one) => one.unknown))
  expect(unknown).toEqual([])
})
