import { VerificationError } from '../../errors.js'
import type { Call } from '../../pipeline/call.js'

/** The verified bytes of an answer as its endpoint documents them. */
export function decodeAnswer(body: Buffer, call: Call, status: number): unknown {
  const kind = call.endpoint.traits.answer
  if (kind === 'binary') return body
  if (kind === 'text') return body.toString()
  return parseJson(body, call, status)
}

function parseJson(body: Buffer, call: Call, status: number): unknown {
  if (body.length === 0 && !isPromised(call, status)) return undefined
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new VerificationError(
      `${call.endpoint.name}: the answer is no JSON; pass responseType: 'text' or 'arraybuffer' to see it`,
      { code: 'ANSWER_INVALID' },
    )
  }
}

/** Whether the documentation has an object where there is nothing. */
function isPromised({ endpoint }: Call, status: number): boolean {
  return status === 200 && endpoint.documented && (endpoint.traits.answer ?? 'json') === 'json'
}
