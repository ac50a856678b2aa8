/** The time that an attempt has, for all of it. Axios' own timeout starts anew with every byte that trickles in. */
export class Clock {
  /** Milliseconds; 0 for any time. */
  limit = 0
  /** Whether the attempt was ended because its time was over. */
  isOver = false
  /** Called when the time is over. */
  onOver: (() => void) | undefined
  #timer: NodeJS.Timeout | undefined

  get isRunning(): boolean {
    return this.#timer !== undefined
  }

  start(limit: number): void {
    this.limit = limit
    this.isOver = false
    if (!(limit > 0)) return
    this.#timer = setTimeout(() => {
      this.isOver = true
      this.onOver?.()
    }, limit)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.onOver = undefined
  }

  /** For who takes nothing else: aborts when the time is over, or when `signal` does. */
  toSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (!this.isRunning) return signal
    const controller = new AbortController()
    if (this.isOver) controller.abort()
    this.onOver = () => controller.abort()
    return signal ? AbortSignal.any([signal, controller.signal]) : controller.signal
  }
}
