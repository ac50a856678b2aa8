/**
 * Runs an emulator in a process of its own, which tells its parent what requests came, and when there are as many as the
 * parent asked for.
 */
import { createEmulator, type RecordedRequest } from '../../lib/emulator/index.js'

/** The answer to `tally`: the number and the openid of each request since the last `tally`. */
export type Seen = readonly (readonly [out_request_no: string, openid: string])[]

/** A message of the parent. */
export type Question = { readonly ask: 'tally' } | { readonly ask: 'tell'; readonly at: number }

const emulator = await createEmulator()
let seen: [string, string][] = []
let total = 0
let tellAt = Number.POSITIVE_INFINITY

function drain(): void {
  for (const { body } of emulator.requests.splice(0) as RecordedRequest[]) {
    const { out_request_no, openid } = JSON.parse(body)
    seen.push([out_request_no, openid])
    total++
  }
  if (total < tellAt) return
  tellAt = Number.POSITIVE_INFINITY
  process.send?.('reached')
}
const timer = setInterval(drain, 5)

process.on('message', (question: Question) => {
  if (question.ask === 'tell') {
    tellAt = question.at
    return
  }
  drain()
  process.send?.(seen)
  seen = []
})
process.once('disconnect', () => {
  clearInterval(timer)
  void emulator.close()
})
process.send?.(emulator.merchant)
