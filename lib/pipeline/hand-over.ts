import { Readable } from 'node:stream'
import type { AxiosResponse } from 'axios'
import type { Call } from './call.js'

/**
 * The verified bytes of an answer in the form that the caller wants: as axios would give them for a
 * `responseType` or `transformResponse`, or else decoded as the endpoint documents.
 */
export function handOver(response: AxiosResponse, body: Buffer, call: Call, decode: () => unknown): unknown {
  const transforms = [call.transformResponse ?? []].flat()
  if (transforms.length > 0) {
    const data: unknown = call.responseType === 'arraybuffer' ? body : body.toString()
    return transforms.reduce(
      (value, transform) =>
        transform.call(response.config, value, response.headers as never, response.status) as unknown,
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
  return decode()
}
