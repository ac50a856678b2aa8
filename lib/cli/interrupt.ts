const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Work that Ctrl-C or SIGTERM ends: what is under way is given up and cleaned away, and the process ends with 130. A
 * second one does not wait for that.
 */
export async function untilInterrupted<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await work(controller.signal)
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}
