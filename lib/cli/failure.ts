import { ApiError, ConfigError, NetworkError, RequestError, VerificationError } from '../index.js'
import { withoutKeys } from '../printable.js'
import { UsageError } from './input.js'
import { LANGUAGE, words } from './language.js'
import { EXIT, errorHead, note } from './output.js'

/** Prints an error for people, and returns the exit code for it. */
export async function report(error: unknown): Promise<number> {
  if (error instanceof NetworkError && error.code === 'ABORTED') {
    note(words('interrupted', '已中断'))
    return EXIT.interrupted
  }
  note(`${errorHead()}${withoutKeys(describe(error))}`)
  if (LANGUAGE === 'zh') {
    const explanation = (await import('./chinese-errors.js')).explain(error)
    if (explanation) note(`  ${explanation}`)
  }
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
    return `${message}\n  ${words('known here: ', '本机已知：')}${error.knownSerials.join(', ')}`
  }
  if (error instanceof ConfigError) {
    const hint = words(
      '(wechatpay-fluent doctor looks at all of the configuration)',
      '（wechatpay-fluent doctor 检查全部配置）',
    )
    return `${message}\n  ${hint}`
  }
  return message
}

/** The details of the response beside its message. */
function detailLines({ status, detail, requestId, message, verified }: ApiError): string[] {
  const texts = detail === undefined || detail === null ? [] : JSON.stringify(detail, null, 2).split('\n')
  const unverified = words(
    'The answer carries no signature that fits: it may not come from WeChat Pay.',
    '应答没有可通过验签的签名：可能不是微信支付发出的。',
  )
  const hint = words(
    '(wechatpay-fluent doctor tells what does not fit together)',
    '（wechatpay-fluent doctor 指出哪些配置不配套）',
  )
  return [
    ...(texts.length > 0 ? [words('  detail:', '  详情：'), ...texts.map((line) => `    ${line}`)] : []),
    ...(requestId && !message.includes(requestId)
      ? [`  ${words('request id: ', '请求 ID（Request-ID）：')}${requestId}`]
      : []),
    ...(verified ? [] : [`  ${unverified}`]),
    ...(status === 401 ? [`  ${hint}`] : []),
  ]
}
