import type { IncomingMessage } from 'node:http'
import { parameterError } from '../domain/refusal.js'

/** The largest body that is read: the largest upload of the API is a 100 MB file. */
export const BODY_LIMIT: number = 110 * 1024 * 1024

/** Reads a whole body; `undefined` when it is larger than {@link BODY_LIMIT} (the rest is not read). */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > BODY_LIMIT) return Promise.resolve(undefined)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_LIMIT) {
        request.removeAllListeners('data')
        request.pause()
        chunks.length = 0
        resolve(undefined)
        return
      }
      chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size)))
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away'))
    })
  })
}

/** The JSON object in a body; `undefined` when the body is empty. */
export function parseJson(body: Buffer): object | undefined {
  if (body.length === 0) return undefined
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch (error) {
    throw parameterError('', `请求体不是合法的JSON: ${error instanceof Error ? error.message : ''}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw parameterError('', '请求体必须是JSON对象')
}
