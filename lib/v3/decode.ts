import { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import { VerificationError } from '../errors.js'
import type { Call } from '../request/call.js'

/** The verified bytes of an answer in the form that the caller, or else the endpoint, wants. */
export function decodeAnswer(response: AxiosResponse, body: Buffer, call: Call): unknown {
  const transforms = [call.transformResponse ?? []].flat()
  if (transforms.length > 0) {
    const data: unknown = call.responseType === 'arraybuffer' ? body : body.toString()
    return transforms.reduce(
      (value, transform) =>
        transform.call(response.config, value, response.headers as never, response.status),
      data,
    )
  }
  switch (call.responseType) {
    case 'arraybuffer':
      return body
    case 'stream':
      return Readable.from([body])
    case 'blob':
      return new Blob([new Uint8Array(body)])
    case 'text':
      return body.toString()
  }
  const kind = call.endpoint.traits.answer
  if (kind === 'binary') return body
  if (kind === 'text') return body.toString()
  return parseJson(body, call, response.status)
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
