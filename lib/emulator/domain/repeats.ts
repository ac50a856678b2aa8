import type { Reply } from '../protocols/v3/signature.js'
import type { Call } from '../routing/router.js'
import type { Collection } from '../state/store.js'
import { Refusal } from './refusal.js'

/** A write that was answered. */
export interface Repeatable {
  readonly request: string
  readonly reply: Reply
}

/**
 * Answers a repeated write as it was answered the first time, by the number that makes it idempotent.
 *
 * @param where the number stands, as in the traits: `json.out_request_no`, `path.out_bill_no`
 * @throws {Refusal} when the number was used for something else.
 */
export function answerOnce(
  { template, params, plain }: Call,
  where: string,
  answered: Collection<Repeatable>,
  answer: () => Reply,
): Reply {
  const names = where.split('.')
  const number = names.reduce<unknown>(
    (at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name],
    { json: plain, path: params },
  )
  if (typeof number !== 'string' || number === '') return answer()
  const key = JSON.stringify([template, number])
  const request = JSON.stringify([params, plain])
  const earlier = answered.get(key)
  if (!earlier) {
    const reply = answer()
    answered.set(key, { request, reply })
    return reply
  }
  if (earlier.request === request) return earlier.reply
  const name = names.at(-1)
  throw new Refusal(400, 'INVALID_REQUEST', `${name}已使用，且参数与原请求不一致`, {
    field: `/${names.slice(1).join('/')}`,
    value: number,
    issue: 'was used before with another body',
    location: names[0] === 'path' ? 'uri_template' : 'body',
  })
}
