/** Runs the import of members in a process that can be killed: `job-process.ts <options as JSON>`. */
import { memberCardJob, runBulk } from '../../lib/bulk/index.js'
import { Wechatpay, type WechatpayOptions } from '../../lib/index.js'

interface JobProcessOptions {
  readonly merchant: WechatpayOptions
  readonly input: string
  readonly output: string
}

const { merchant, input, output } = JSON.parse(process.argv[2] ?? '') as JobProcessOptions
const client = new Wechatpay(merchant)
const summary = await runBulk({
  ...memberCardJob({ cardId: 'pbLatjvWOibDc5-TBnbUk1pD12o0' }),
  ...{ client, input, output, concurrency: 16 },
})
client.close()
process.stdout.write(JSON.stringify(summary))
