'use strict'
const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { promisify } = require('node:util')

/** Runs with a table of members in a folder of its own. */
const withMembers = (check) => async (rig) => {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-runtimes-'))
  const input = join(folder, 'members.csv')
  const rows = Array.from({ length: 30 }, (_, at) => `o-${rig.next('user')},card-${at},n${at}`)
  writeFileSync(input, `openid,卡号,请求号\n${rows.join('\n')}\n`)
  try {
    await check(rig, input)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The files of the package are found by their names, so that a bundler sees nothing of this: a bundle has no command line. */
async function commandLine() {
  // Jest, too, runs in the runtime that this is.
  const main = join(process.cwd(), 'node_modules/wechatpay-fluent/dist/esm/lib/cli/main.js')
  const args = globalThis.Deno ? ['run', '--allow-all', main] : [main]
  const { stdout } = await promisify(execFile)(process.execPath, [...args, 'routes', 'membercard'])
  assert.match(stdout, /v3\/marketing\/membercard-open/)
}

exports.checks = {
  'each row of a CSV is sent once, though the job runs twice': withMembers(async (rig, input) => {
    const { memberCardJob, runBulk } = rig.bulk
    const job = { client: rig.wxpay, input, ...memberCardJob({ cardId: 'pbLatjvWOibDc5' }) }
    const first = await runBulk({ ...job, validate: true })
    assert.deepEqual([first.acknowledged, first.failed], [30, 0])
    assert.ok(readFileSync(first.journal, 'utf8').length > 0)
    const second = await runBulk(job)
    assert.deepEqual([second.acknowledged, second.skipped], [0, 30])
    assert.equal(rig.emulator.requests.length, 30)
  }),
  ...(process.env.BUNDLED ? {} : { 'the command line runs': commandLine }),
}
