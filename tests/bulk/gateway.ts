/**
 * An emulator in a process of its own that tells its parent what it was asked: how often each number came, and when
 * so many requests have come.
 */
import { createEmulator, type RecordedRequest } from '../../lib/emulator/index.js'

/** Asked for by `tally`: the openids that came with each number, one for each request, since it was last asked. */
export type Seen = readonly (readonly [out_request_no: string, openid: string])[]

/** What the parent sends. */
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
