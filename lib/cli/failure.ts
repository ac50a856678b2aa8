import { ApiError, ConfigError, NetworkError, RequestError, VerificationError } from '../index.js'
import { withoutKeys } from '../printable.js'
import { UsageError } from './input.js'
import { EXIT, note, style } from './output.js'

/** Prints an error for people, and returns the exit code for it. */
export function report(error: unknown): number {
  if (error instanceof NetworkError && error.code === 'ABORTED') {
    note('interrupted')
    return EXIT.interrupted
  }
  note(`${style('red', 'error:', process.stderr)} ${withoutKeys(describe(error))}`)
  const isUsage = error instanceof UsageError || error instanceof ConfigError || error instanceof RequestError
  return isUsage ? EXIT.usage : EXIT.refused
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof ApiError) return [message, ...detailLines(error)].join('\n')
  if (
    error instanceof VerificationError &&
    error.code === 'SERIAL_UNKNOWN' &&
    error.knownSerials.length > 0
  ) {
    return `${message}\n  known here: ${error.knownSerials.join(', ')}`
  }
  if (error instanceof ConfigError) return `${message}\n  (wxpay doctor looks at all of the configuration)`
  return message
}

/** The details of the response beside its message. */
function detailLines({ status, detail, requestId, message, verified }: ApiError): string[] {
  const texts = detail === undefined || detail === null ? [] : JSON.stringify(detail, null, 2).split('\n')
  return [
    ...(texts.length > 0 ? ['  detail:', ...texts.map((line) => `    ${line}`)] : []),
    ...(requestId && !message.includes(requestId) ? [`  request id: ${requestId}`] : []),
    ...(verified ? [] : ['  The answer carries no signature that fits: it may not come from WeChat Pay.']),
    ...(status === 401 ? ['  (wxpay doctor tells what does not fit together)'] : []),
  ]
}
