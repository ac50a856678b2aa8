import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type Cell, FILES } from '../../scripts/matrix/cells.js'
import { choose } from '../../scripts/matrix/choose.js'
import { type Outcome, runCell, runProgram } from '../../scripts/matrix/run-cell.js'
import { exitCodeOf, tableOf } from '../../scripts/matrix/table.js'
import { createWorkshop, type Workshop } from '../../scripts/matrix/workshop.js'

const folder = mkdtempSync(join(tmpdir(), 'wechatpay-matrix-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

const outcome = (result: Outcome['result']): Outcome => ({ name: 'x', result, seconds: 1, output: 'why' })

describe('the matrix', () => {
  it('chooses groups, and cells by a word of their names', () => {
    const namesOf = (only: string) => choose(only).cells.map(({ name }) => name)
    expect(namesOf('node/22')).toEqual(['Node 22, import', 'Node 22, require'])
    expect(namesOf('types/6,bun/import')).toHaveLength(5)
    expect(namesOf('bundlers/webpack,workerd')).toEqual([
      'webpack 5, import',
      'webpack 5, require',
      'workerd',
    ])
    expect(choose('package')).toEqual({ cells: [], inspects: true })
    expect(choose(undefined).inspects).toBe(true)
  })

  it.each(['nodes', 'node/19', ''])('refuses to run nothing, for --only %j', (only) => {
    expect(() => choose(only)).toThrow('--only')
  })

  it('ends well only when all has been tested and has passed', () => {
    expect(exitCodeOf([outcome('passed')])).toBe(0)
    expect(exitCodeOf([outcome('passed'), outcome('not available')])).toBe(2)
    expect(exitCodeOf([outcome('not available'), outcome('FAILED')])).toBe(1)
    expect(exitCodeOf([])).not.toBe(0)
  })

  it('says below the table why something did not pass', () => {
    const table = tableOf([outcome('passed'), outcome('not available'), outcome('FAILED')])
    expect(table).toContain('1 passed, 1 failed, 1 not available')
    expect(table).toContain('x: FAILED\n    why')
    expect(table).toContain('x: not available\n    why')
  })

  it('counts a program that exits with an error as failed, with what it printed', async () => {
    const run = (code: string) => runProgram('x', process.execPath, ['-e', code], { cwd: folder })
    expect(await run('')).toMatchObject({ result: 'passed' })
    const failed = await run(`console.log('one'); console.error('two'); process.exitCode = 3`)
    expect(failed).toMatchObject({ result: 'FAILED', output: 'one\ntwo' })
  })

  it('has a file of tests/runtimes run a program, and tells it which', async () => {
    const workshop: Workshop = {
      tool: () => Promise.resolve('/tools/bundler'),
      consumer: async () => {
        await mkdir(join(folder, FILES), { recursive: true })
        await writeFile(join(folder, FILES, 'by.cjs'), 'console.log(process.argv.slice(2).join())')
        return folder
      },
      clean: () => Promise.resolve(),
    }
    const cell: Cell = { name: 'x', tool: 't', program: 'bundler', by: 'by.cjs', args: ['import'] }
    expect(await runCell(cell, workshop)).toMatchObject({
      result: 'passed',
      output: '/tools/bundler,import\n',
    })
  })

  it('counts a tool that npm cannot get as not available, and keeps nothing of it', async () => {
    vi.stubEnv('npm_config_registry', 'http://127.0.0.1:9')
    vi.stubEnv('npm_config_fetch_retries', '0')
    const cell: Cell = { name: 'x', tool: 'node@26', program: 'node', args: [] }
    const workshop = createWorkshop(folder, join(folder, 'no.tgz'), folder)
    expect(await runCell(cell, workshop)).toMatchObject({ result: 'not available', seconds: 0 })
    expect(readdirSync(join(folder, 'tools'))).toEqual([])
    await workshop.clean()
  }, 60_000)

  it('counts a package that cannot be installed as failed', async () => {
    const cell: Cell = { name: 'x', program: process.execPath, args: [] }
    const workshop = createWorkshop(folder, join(folder, 'no.tgz'), folder)
    expect(await runCell(cell, workshop)).toMatchObject({ result: 'FAILED' })
    await workshop.clean()
  }, 60_000)
})
