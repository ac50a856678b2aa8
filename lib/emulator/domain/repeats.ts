import type { ApiRequest, ApiResponse } from '../routing/handler.js'
import { Refusal } from '../routing/refusal.js'
import type { RepeatableWrite } from '../state/records.js'
import type { Collection } from '../state/store.js'
import { fingerprintOf } from './fingerprint.js'

/**
 * Responds to a repeated write as to the first one, by the number that makes it idempotent.
 *
 * @param place of the number, as in the catalogue: `json.out_request_no`, `path.out_bill_no`
 * @throws {Refusal} when the number was used for something else.
 */
export function respondOnce(
  { template, params, plain }: ApiRequest,
  place: string,
  answered: Collection<RepeatableWrite>,
  respond: () => ApiResponse,
): ApiResponse {
  const names = place.split('.')
  const number = names.reduce<unknown>(
    (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
    { json: plain, path: params },
  )
  if (typeof number !== 'string' || number === '') return respond()
  const key = JSON.stringify([template, number])
  const request = fingerprintOf(params, plain)
  const earlier = answered.get(key)
  if (!earlier) {
    const reply = respond()
    answered.set(key, { request, reply })
    return reply
  }
  if (earlier.request === request) return earlier.reply
  const name = names.at(-1)
  throw new Refusal(400, 'INVALID_REQUEST', `${name}已使用，且参数与原请求不一致`, {
    ...(names[0] === 'path'
      ? { field: name, location: 'uri_template' }
      : { field: `/${names.slice(1).join('/')}`, location: 'body' }),
    value: number,
    issue: 'was used before with another body',
  })
}
