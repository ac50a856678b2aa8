import { WechatpayError } from '../index.js'

/**
 * What the codes of the library mean, and what to do, for those who read Chinese: the messages of errors are part of the
 * API, and English.
 */
export const EXPLANATIONS: Readonly<Record<string, string>> = {
  CONFIG_INVALID: '客户端的选项缺失、未知或互相矛盾。请按上面的信息修改配置。',
  KEY_INVALID: '密钥或证书无效，或者给错了。请检查文件是否对应：商户私钥、微信支付公钥、平台证书不能互换。',
  REQUEST_INVALID: '请求有误，没有发出。请按上面的信息修改；原样重发仍会失败。',
  CONNECTION_FAILED: '连接失败，没有收到应答。请检查网络、代理、防火墙和 DNS。',
  TIMEOUT: '超时，没有收到应答。可用 --timeout 放宽；写操作请先查询。',
  ABORTED: '调用已中止；已经发出的请求无法收回。',
  SINK_FAILED: '下载的内容无法写入。请检查磁盘空间和权限，或换一个路径重新下载。',
  IN_PROGRESS: '另一个进程正在处理同一条回调通知，不用处理。',
  XML_INVALID: 'XML 有误：格式不对、过大、嵌套过深，或带有 DTD。',
  SIGNATURE_MISSING: '没有签名：不是微信支付发出的，或者途中的代理、网关去掉了签名头。',
  SIGNATURE_INVALID: '验签失败。回调通知请先确认请求体未经解析和改写；其他情况请核对 certs 或 secret。',
  SIGNATURE_PROBE: '这是微信支付的签名探测流量，拒绝它是正确的，不必告警。',
  TIMESTAMP_INVALID: '时间相差超过五分钟：本机时钟不准，或是旧报文重放。请先校准时钟。',
  SERIAL_UNKNOWN:
    '不认识签名所用的微信支付公钥或平台证书。请把它加入 certs；平台证书也可给出 APIv3 密钥自动下载。',
  ANSWER_INVALID: '收到的不是该接口应有的应答，例如代理返回的网页。写操作请先查询。',
  DECRYPTION_FAILED: '解密失败。回调通知请核对 APIv3 密钥；加密字段请核对商户私钥。',
  FAIL: 'APIv2 返回 FAIL，但没有错误码；原因见接口自己的文字。',
  SIGNERROR: 'APIv2 签名错误。请核对 APIv2 密钥（secret）与商户号。',
  XML_FORMAT_ERROR: 'APIv2 无法解析请求的 XML。',
  LACK_PARAMS: 'APIv2 缺少参数。请补齐必填字段。',
  POST_DATA_EMPTY: 'APIv2 收到的请求体为空。',
  CERT_ERROR: '该接口需要商户API证书。请用 --merchant-cert 给出 apiclient_cert.pem。',
  ROW_INVALID: '这一行不符合接口要求，没有发送。改好后再运行失败行文件。',
  FATE_UNKNOWN: '任务中断时这一行正在途中，结果未定。请先通过查询或账单确认，再决定是否重发。',
  ROW_REFUSED: '队列中的行含有不该有的内容，没有发送。请封闭 Redis，并使用同一版本的 worker。',
  ANOTHER_MERCHANT: '这一行属于另一个商户，没有发送。请为每个商户使用各自的队列，再用 --retry-failed 重跑。',
  ROW_NOT_AUTHENTIC: '队列中的行不是用同一商户私钥写入的，没有发送。',
  ROW_EXPIRED: '这一行在队列中等待超过三天，没有发送。请启动 worker，再用 --retry-failed 重跑。',
  WORKER_FAILED: 'worker 取走了这一行却没有可信的报告，结果未定。请用 --retry-failed 以原单号重发。',
  FAILED: '没有错误码的错误，结果未定。请查询，或用 --retry-failed 重跑。',
}

const OPEN_OUTCOME = '结果未定：写操作可能已经执行，请用原单号查询，绝不要换单号重发。'

/** The explanation of an error in one line; `undefined` where there is no more to say than its message. */
export function explain(error: unknown): string | undefined {
  if (!(error instanceof WechatpayError)) return undefined
  const { code, mayHaveHappened } = error
  const meaning = /^HTTP_\d+$/.test(code)
    ? '应答的 HTTP 状态码表示出错，且没有接口的错误码。'
    : EXPLANATIONS[code]
  const sentences = [meaning, mayHaveHappened ? OPEN_OUTCOME : undefined].filter(Boolean)
  return sentences.length > 0 ? sentences.join('') : undefined
}
