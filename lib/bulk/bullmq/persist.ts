import { setTimeout as wait } from 'node:timers/promises'

const PAUSE = 500
/** Five minutes without Redis; more is no restart. */
const MAX_TRIES = 600
/** Answers of a Redis that is not ready yet. */
const SOON = /^(LOADING|MASTERDOWN|READONLY|TRYAGAIN|CLUSTERDOWN)\b/

/** Does it again when Redis went away in the middle. Only for what may be done twice. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === MAX_TRIES || isFinal(error as Error)) throw error
      await wait(PAUSE)
    }
  }
}

/** A full memory, missing rights and the like do not pass by themselves. */
const isFinal = ({ name, message }: Error): boolean =>
  (name === 'ReplyError' && !SOON.test(message)) || name === 'TypeError'
