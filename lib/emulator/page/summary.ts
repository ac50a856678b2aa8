import type { RecordedAnswer, RecordedRequest } from '../control/recorder.js'

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
    ...(answer && { status: answer.status, duration: answer.duration, ...saidNo(answer) }),
  }
}

/** How an answer says no, and to which field; v2 does it with a 200. */
function saidNo({ status, body }: RecordedAnswer): object {
  if (status < 400) {
    const [, code] = /<(?:err_code|return_code)><!\[CDATA\[((?!SUCCESS\])\w+)/.exec(body) ?? []
    return code === undefined ? {} : { code }
  }
  try {
    const { code, detail } = JSON.parse(body) as {
      code?: string
      detail?: { field?: string; issue?: string }
    }
    return { code, ...(detail?.field?.startsWith('/') && { field: `${detail.field} ${detail.issue}` }) }
  } catch {
    return {}
  }
}
