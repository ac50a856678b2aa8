import type { RecordedAnswer, RecordedRequest } from '../recorder.js'

/** The largest number of entries of a kind that is shown. */
export const MAX_SHOWN = 500

const numbers = new WeakMap<RecordedRequest, number>()
let last = 0

/** The number by which the API asks for a request. */
export function numberOf(request: RecordedRequest): number {
  const number = numbers.get(request) ?? ++last
  numbers.set(request, number)
  return number
}

/** A request as the list shows it. */
export function summaryOf(request: RecordedRequest): object {
  const { method, url, template, verified, problem, diagnosis, answer, time } = request
  return {
    ...{ id: numberOf(request), method, url, template, verified, problem, time },
    ...(diagnosis && { issue: diagnosis.issue, said: diagnosis.said }),
    ...(answer && { status: answer.status, duration: answer.duration, ...errorOf(answer) }),
  }
}

/** The code of an error response, and the field that it names; v2 has its errors in a 200. */
function errorOf({ status, body }: RecordedAnswer): object {
  if (status < 400) {
    const [, code] = /<(?:err_code|return_code)><!\[CDATA\[((?!SUCCESS\])\w+)/.exec(body) ?? []
    return code === undefined ? {} : { code }
  }
  try {
    const { code, detail } = JSON.parse(body) as {
      code?: string
      detail?: { field?: string; issue?: string; location?: string }
    }
    const isNamed = detail?.field && detail.location !== 'authorization'
    return { code, ...(isNamed && { field: `${detail.field} ${detail.issue}` }) }
  } catch {
    return {}
  }
}
