import type { Command } from 'commander'
import { keyInput } from '../../config-sources.js'
import { type CheckName, type Finding, Wechatpay } from '../../index.js'
import { addClientOptions, type ClientFlags, clientOptions } from '../config.js'
import { LANGUAGE, type Language, words } from '../language.js'
import { formatColumns } from '../layout.js'
import { print, printJson, style } from '../output.js'

interface DoctorFlags extends ClientFlags {
  readonly cert?: string
  readonly offline?: boolean
  readonly json?: boolean
}

const MARKS = { good: '✓', bad: '✗', unknown: '–' } as const
const COLOURS = { good: 'green', bad: 'red', unknown: 'dim' } as const

export function defineCommand(command: Command): Command {
  command
    .description(
      words(
        'Check keys, certificates, clock, network and secrets, and say how to mend what is wrong.',
        '检查密钥、证书、时钟和网络，并给出修复办法。',
      ),
    )
    .option(
      '--cert <file>',
      words(
        'apiclient_cert.pem, to compare with serial number and key',
        'apiclient_cert.pem，用于核对序列号和私钥',
      ),
    )
    .option('--offline', words('check only what needs no network', '只检查不需要联网的部分'))
    .option('--json', words('as JSON', '以 JSON 输出'))
    .addHelpText(
      'after',
      words(
        `
✓ is right, ✗ is wrong, – could not be told or is not needed everywhere. The exit code is 1 when anything is wrong.
Of the API it asks for platform certificates, and by APIv2 for an order that does not exist, which changes nothing.`,
        `
✓ 正确，✗ 有误，– 无法判断或并非必需。只要有一项有误，退出码就是 1。
它只向接口查询平台证书，以及用 APIv2 查询一个不存在的订单，不会改动任何东西。`,
      ),
    )
  return addClientOptions(command).action(run)
}

async function run(flags: DoctorFlags): Promise<void> {
  const { cert, offline = false, json = false } = flags
  const certificate = keyInput(cert)
  const findings = await Wechatpay.check(clientOptions(flags), {
    offline,
    // What programs read is the same in every language.
    language: json ? 'en' : LANGUAGE,
    ...(certificate !== undefined && { certificate }),
  })
  if (json) printJson(findings.map((finding) => ({ what: labelOf(finding, 'en'), ...finding })))
  else print(describe(findings))
  const faults = findings.filter(({ state }) => state === 'bad').length
  if (faults === 0) return
  throw new Error(
    words(`${faults} of ${findings.length} checks failed`, `${findings.length} 项检查中有 ${faults} 项有误`),
  )
}

/** The findings as lines; below one that is wrong stands what to do about it. */
function describe(findings: readonly Finding[]): string {
  const lines = formatColumns(
    findings.map((finding) => {
      const { state, found } = finding
      return [style(COLOURS[state], MARKS[state]), labelOf(finding, LANGUAGE), found]
    }),
  )
  return lines
    .split('\n')
    .flatMap((line, index) => [line, ...(findings[index]?.fix ? [`   → ${findings[index].fix}`] : [])])
    .join('\n')
}

/** What a check is called in the table. */
const labelOf = ({ check }: Finding, language: Language): string => LABELS[check][language === 'zh' ? 1 : 0]

const LABELS: Readonly<Record<CheckName, readonly [en: string, zh: string]>> = {
  options: ['options', '选项'],
  mchid: ['mchid', '商户号'],
  brandId: ['brandId', '品牌 ID'],
  serial: ['serial', '证书序列号'],
  privateKey: ['private key', '私钥'],
  certs: ['platform key', '微信支付公钥/平台证书'],
  apiv3Key: ['apiv3Key', 'APIv3 密钥'],
  brandApiKey: ['brandApiKey', '品牌 API 密钥'],
  secret: ['secret', 'APIv2 密钥'],
  certificate: ['certificate', 'API 证书'],
  merchant: ['client certificate', 'APIv2 客户端证书'],
  network: ['network', '网络'],
  clock: ['clock', '时钟'],
  signature: ['signature', '请求签名'],
  answer: ['answer', '应答验签'],
  permission: ['permission', '接口权限'],
  decryption: ['apiv3Key fits', 'APIv3 密钥验证'],
  'v2 signature': ['secret fits', 'APIv2 密钥验证'],
  notifications: ['notifications', '回调通知'],
}
