import { expect, it } from 'vitest'
import { staleCounts } from '../../scripts/check-counts.js'
import { repositoryCatalogue } from './loaded.js'

const catalogue = repositoryCatalogue
const found = (text: string): string[] => staleCounts('README.md', text, catalogue)
const all = catalogue.endpoints.length.toLocaleString('en')
const events = catalogue.notifications.length.toLocaleString('en')

it('takes the right count, in both languages', () => {
  expect(
    found(`The catalogue has ${all} endpoints, counted by\n类型背后的目录共有 ${all} 个接口，统计命令是`),
  ).toEqual([])
  expect(found(`as data: ${all} endpoints and ${events} notifications.`)).toEqual([])
})

it('names file and line of a stale one, and what is right', () => {
  expect(found('# Title\n\nThe catalogue has 7 endpoints, counted by')).toEqual([
    `README.md:3: says 7 endpoints; there are ${all}`,
  ])
  expect(found(`as data: ${all} endpoints and 1,001 notifications.`)).toEqual([
    `README.md:1: says 1,001 notifications; there are ${events}`,
  ])
  expect(found('全部 1 个接口，用同一条链调用。')[0]).toMatch(
    /^README\.md:1: says 1 endpoints of APIv2; there are \d+$/,
  )
})

it('refuses a count that nobody checks', () => {
  expect(found('It has 12 endpoints too many, and 3 more fields.')).toEqual([
    expect.stringContaining('README.md:1: counts 12 endpoints'),
    expect.stringContaining('README.md:1: counts 3 more fields'),
  ])
  expect(found('APIv2 endpoints, v3 fields, fields of 2.1 notifications')).toEqual([])
})
