import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Emulator, EmulatorBrand, EmulatorMerchant } from '../emulator/index.js'
import { KEPT_IN, STATE, writeKeys } from './kept-keys.js'
import { note, printJson } from './output.js'
import { FORMATS } from './print-config.js'
import { readJson } from './read-input.js'
import { UsageError } from './usage-error.js'

export interface SendFlags {
  readonly url: string
  readonly emulator?: string
  readonly dir?: string
  readonly resource?: string
}

interface Receipt {
  readonly status: number
  readonly body: string
}

/** Sends one notification, signed by an emulator: that of `--emulator`, or the one whose keys are kept. */
export async function send(event: string, { url, resource, emulator, dir }: SendFlags): Promise<void> {
  if (!URL.canParse(url)) throw new UsageError(`--url ${url} is no URL`)
  const content = resource === undefined ? undefined : readJson(resource, '--resource')
  const base = emulator ?? (dir === undefined ? process.env.WXPAY_BASE_URL : undefined)
  const receipt = base
    ? await askEmulator(base, event, url, content)
    : await sendKept(dir, event, url, content)
  printJson(receipt)
  if (receipt.status >= 300) throw new Error(`the receiver answered ${receipt.status}`)
}

/** Has a running emulator send it, as its page does. */
async function askEmulator(
  base: string,
  event_type: string,
  url: string,
  resource: unknown,
): Promise<Receipt> {
  const response = await fetch(new URL('/_emulator/notify', base), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Emulator-Page': '1' },
    body: JSON.stringify({ event_type, url, resource }),
  }).catch((error: Error) => {
    const why = (error.cause as Error | undefined)?.message ?? error.message
    throw new Error(`no emulator answers at ${base}: ${why}`)
  })
  if (response.headers.get('x-wechatpay-emulator') !== 'page') {
    throw new UsageError(`${base} is no emulator: only one can sign a notification beside the platform`)
  }
  const answer = (await response.json()) as Receipt & { readonly message?: string }
  if (!response.ok) throw new Error(answer.message ?? `the emulator answered ${response.status}`)
  return answer
}

/** Starts an emulator for this one notification. Whoever receives it needs the keys that it keeps. */
async function sendKept(
  dir: string = KEPT_IN,
  event: string,
  url: string,
  resource: unknown,
): Promise<Receipt> {
  const { createEmulator } = await import('../emulator/index.js')
  const folder = resolve(dir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const emulator = await createEmulator({ storage: join(folder, STATE) }).catch((error: Error) => {
    throw new UsageError(`${error.message}; name the one that runs: --emulator http://127.0.0.1:4010`)
  })
  try {
    note(`Signed with the keys in ${folder}; the receiver needs:\n`)
    note(FORMATS.env(writeKeys(recipientOf(event, emulator), folder)))
    note('')
    return await emulator.notify(event, {
      url,
      ...(resource !== undefined && { resource: resource as never }),
    })
  } finally {
    await emulator.close()
  }
}

/** Whose keys sign the event; those of the brand are made only where they do. */
function recipientOf(event: string, emulator: Emulator): EmulatorMerchant | EmulatorBrand {
  const { headers } = emulator.signNotification(event)
  const serial = headers['Wechatpay-Serial']
  return serial === undefined || serial in emulator.merchant.certs ? emulator.merchant : emulator.brand
}
