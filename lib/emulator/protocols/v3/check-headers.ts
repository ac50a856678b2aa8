import type { IncomingMessage } from 'node:http'
import { boundaryOf } from '../../gateway/multipart.js'
import { Refusal } from '../../routing/refusal.js'

/**
 * Checks the headers that every request needs. The API looks at them before anything else, the signature included.
 * https://pay.weixin.qq.com/doc/v3/partner/4012081726
 *
 * @throws {Refusal} 400 `INVALID_REQUEST`, in the API's words where they are known.
 */
export function assertHeaders({ headers }: IncomingMessage, hasBody: boolean): void {
  const missing = ['accept', 'user-agent'].filter((name) => !headers[name])
  if (missing.length > 0) throw refusalOf('Http头缺少Accept或User-Agent', missing.join(', '), 'is missing')
  const { 'content-type': type = '' } = headers
  if (!hasBody || /^application\/json\s*(;|$)/i.test(type)) return
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    const issue = type ? `is ${type}, not application/json` : 'is missing; it is application/json'
    throw refusalOf(
      'Http头Content-Type应为application/json，上传接口为multipart/form-data',
      'content-type',
      issue,
    )
  }
  if (boundaryOf(type) === undefined) {
    const issue = 'has no boundary: leave the header to the code that writes the body'
    throw refusalOf('Http头Content-Type缺少boundary', 'content-type', issue)
  }
}

const refusalOf = (message: string, field: string, issue: string): Refusal =>
  new Refusal(400, 'INVALID_REQUEST', message, { field, issue, location: 'header' })
