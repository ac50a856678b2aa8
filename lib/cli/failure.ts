import { ApiError, ConfigError, RequestError, WechatpayError } from '../index.js'
import { note, style } from './output.js'
import { UsageError } from './usage-error.js'

/** What a process ends with; `--help` lists them. */
export const EXIT = { done: 0, refused: 1, usage: 2, interrupted: 130 } as const

/** Says what went wrong and gives the exit code for it. */
export function report(error: unknown): number {
  const label = style('red', 'error:', process.stderr)
  note(`${label} ${describe(error)}`)
  const isUsage = error instanceof UsageError || error instanceof ConfigError || error instanceof RequestError
  return isUsage ? EXIT.usage : EXIT.refused
}

function describe(error: unknown): string {
  if (error instanceof ApiError) {
    const detail = error.detail === undefined ? '' : `\n${JSON.stringify(error.detail, null, 2)}`
    return `${error.message}${detail}`
  }
  if (error instanceof WechatpayError || error instanceof UsageError) return error.message
  return error instanceof Error ? error.message : String(error)
}

/** An error for programs, with `--json`. */
export function failureOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof WechatpayError)) return { message: describe(error) }
  const { message, code } = error
  if (!(error instanceof ApiError)) return { name: error.name, code, message }
  const { status, detail, requestId, verified, method, path } = error
  return { name: error.name, code, message, status, detail, requestId, verified, method, path }
}
