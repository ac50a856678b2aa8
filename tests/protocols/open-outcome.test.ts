import { describe, expect, it } from 'vitest'
import { endpointOf } from '../../lib/catalog/endpoint.js'
import { NetworkError } from '../../lib/errors.js'
import { addDoubt, MAY_BE_DONE, mayHaveHappened } from '../../lib/protocols/open-outcome.js'

const query = endpointOf('v3/certificates', 'get')
const order = endpointOf('v3/pay/transactions/native', 'post')
const payout = endpointOf('v3/fund-app/mch-transfer/transfer-bills', 'post')

describe('a request whose response says no', () => {
  it.each([
    ['a query, whatever it says', query, 500, 'SYSTEM_ERROR', true, false],
    ['a query that nobody answers for', query, 500, undefined, false, false],
    ['an order that was refused', order, 400, 'PARAM_ERROR', true, false],
    ['an order that somebody else refuses', order, 400, 'PARAM_ERROR', false, true],
    ['an order without a code', order, 400, undefined, true, true],
    ['an order that is under way', order, 400, 'USERPAYING', true, true],
    ['an order at a system that is down', order, 500, 'SYSTEM_ERROR', true, true],
    ['an order with a code that nobody knows', order, 400, 'TEAPOT', true, false],
    ['an order with such a code of a server that failed', order, 500, 'TEAPOT', true, true],
    ['a payout that was refused', payout, 400, 'NOT_ENOUGH', true, false],
    ['a payout that was refused by a server that failed', payout, 500, 'PARAM_ERROR', true, false],
    ['a payout with a code that nobody knows', payout, 400, 'TEAPOT', true, true],
  ] as const)('may have been carried out, or not: %s', (_, endpoint, status, code, isBelieved, expected) => {
    expect(mayHaveHappened(endpoint, status, code, isBelieved)).toBe(expected)
  })
})

it('an error says once that the request may have been carried out', () => {
  const error = new NetworkError('no answer', { code: 'TIMEOUT', retryable: true })
  const doubtful = addDoubt(error)
  expect(doubtful).toBeInstanceOf(NetworkError)
  expect(doubtful).toMatchObject({ message: `no answer. ${MAY_BE_DONE}`, mayHaveHappened: true })
  expect(addDoubt(doubtful).message).toBe(`no answer. ${MAY_BE_DONE}`)
})
