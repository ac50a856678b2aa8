import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ApiError, CALL_CHANNEL, type CallEvent } from '../index.js'
import type { Outcome, Pace, PlannedRow, Send } from './engine.js'
import type { Job } from './job.js'

/** A row that is refused for being too early is sent as often; each time the pace is slower. */
const MAX_TRIES = 12

/** Sends in turn. A refusal for being too early was never carried out, so the row waits and is sent again. */
export async function sendPaced(row: PlannedRow, send: Send, pace: Pace): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    await pace.turn()
    const outcome = await send(row)
    if (outcome.ok || !outcome.throttled) {
      pace.passed()
      return outcome
    }
    pace.throttled(outcome.throttled.wait)
    if (tries === MAX_TRIES) return outcome
  }
}

/** Has the pace know of the complaints that the client deals with by itself; returns what ends that. */
export function watchRetries({ path }: Pick<Job, 'path'>, pace: Pace): () => void {
  const listener = (message: unknown): void => {
    const event = message as CallEvent
    if (event.type !== 'retry' || event.path !== path) return
    const { error, delay } = event
    if (error instanceof ApiError && (error.status === 429 || error.code === 'FREQUENCY_LIMITED')) {
      pace.throttled(delay)
    }
  }
  subscribe(CALL_CHANNEL, listener)
  return () => unsubscribe(CALL_CHANNEL, listener)
}
