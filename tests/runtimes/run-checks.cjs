'use strict'
const { startRig } = require('./rig.cjs')

/** Enough for a slow machine; a check that takes longer hangs. */
const LIMIT = 60_000

const AREAS = {
  calls: require('./checks/calls.cjs').checks,
  probes: require('./checks/probes.cjs').checks,
  trust: require('./checks/trust.cjs').checks,
  v2: require('./checks/v2.cjs').checks,
  files: require('./checks/files.cjs').checks,
  encrypted: require('./checks/encrypted.cjs').checks,
  notifications: require('./checks/notifications.cjs').checks,
  failures: require('./checks/failures.cjs').checks,
  shangmi: require('./checks/shangmi.cjs').checks,
  bulk: require('./checks/bulk.cjs').checks,
}

/** Every check as [name, function of the rig]. */
const CHECKS = Object.entries(AREAS).flatMap(([area, checks]) =>
  Object.entries(checks).map(([name, check]) => [`${area}: ${name}`, check]),
)

async function within(limit, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limit / 1000} s`)), limit)
  })
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whether a timer is left that the process would wait for; a runtime that cannot tell has none. */
async function keepsAlive() {
  const isWaiting = () => process.getActiveResourcesInfo?.().includes('Timeout')
  for (let turns = 0; isWaiting() && turns < 50; turns++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return isWaiting()
}

/**
 * Runs all checks one after another and prints what failed. Nothing here ends the process: it has to end by itself once
 * clients and gateways are closed.
 *
 * @param api the exports of the package and of its subpaths
 */
async function runChecks(api) {
  const rig = await startRig(api)
  let failed = 0
  for (const [name, check] of CHECKS) {
    rig.reset()
    const problem = await within(LIMIT, async () => check(rig)).then(
      () => undefined,
      (error) => `${error?.stack ?? error}`,
    )
    if (problem === undefined) continue
    failed += 1
    console.log(`${name}\n    ${problem.split('\n').slice(0, 12).join('\n    ')}`)
  }
  await rig.stop()
  if (await keepsAlive()) {
    failed += 1
    console.log('something keeps the process alive after close()')
  }
  console.log(`${CHECKS.length - failed} of ${CHECKS.length} checks passed`)
  if (failed > 0) process.exitCode = 1
}

module.exports = { CHECKS, LIMIT, runChecks, startRig }
