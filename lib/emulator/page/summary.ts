import type { RecordedRequest } from '../recorder.js'

/** As many of a kind are shown at most. */
export const MAX_SHOWN = 500

const numbers = new WeakMap<RecordedRequest, number>()
let last = 0

/** By which the page asks for a request. */
export function numberOf(request: RecordedRequest): number {
  const number = numbers.get(request) ?? ++last
  numbers.set(request, number)
  return number
}

/** A call in the list. */
export function summaryOf(request: RecordedRequest): object {
  const { method, url, template, verified, problem, diagnosis, answer, time } = request
  return {
    ...{ id: numberOf(request), method, url, template, verified, problem, time },
    ...(diagnosis && { issue: diagnosis.issue, said: diagnosis.said }),
    ...(answer && {
      status: answer.status,
      duration: answer.duration,
      code: codeOf(answer.status, answer.body),
    }),
  }
}

/** How an answer says no; v2 does it with a 200. */
function codeOf(status: number, body: string): string | undefined {
  const found =
    status >= 400
      ? /"code":"(\w+)"/.exec(body)
      : (/<err_code><!\[CDATA\[(\w+)/.exec(body) ?? /<return_code><!\[CDATA\[(FAIL)/.exec(body))
  return found?.[1]
}
