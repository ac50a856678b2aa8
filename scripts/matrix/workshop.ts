import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { FILES } from './cells.js'

const run = promisify(execFile)

/** A tool that is not to be had: npm does not have it, or not for this machine. */
export class Unavailable extends Error {}

/** Where things are installed. */
export interface Workshop {
  /**
   * The path of a program that a package of npm brings.
   *
   * @throws {Unavailable}
   */
  tool(spec: string, program: string): Promise<string>
  /** A folder with our package and these beside it; the same one for the same packages. */
  consumer(beside: readonly string[]): Promise<string>
  /** Removes the consumers; tools and downloads stay. */
  clean(): Promise<void>
}

const LIMIT = 600_000

/**
 * @param cache keeps tools and everything that npm downloads
 * @param tarball the packed package
 * @param files the folder `tests/runtimes`
 */
export function createWorkshop(cache: string, tarball: string, files: string): Workshop {
  const consumers = new Map<string, Promise<string>>()
  const made: string[] = []

  async function install(folder: string, packages: readonly string[]): Promise<void> {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel', 'error']
    await run('npm', ['install', ...quiet, '--cache', join(cache, 'npm'), '--prefer-offline', ...packages], {
      cwd: folder,
      timeout: LIMIT,
    })
  }

  /** Outside of this repository: what we forgot to depend on must not be found in its `node_modules`. */
  async function makeConsumer(beside: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'wechatpay-fluent-matrix-'))
    made.push(folder)
    await install(folder, [tarball, ...beside])
    await cp(files, join(folder, FILES), { recursive: true })
    return folder
  }

  return {
    async tool(spec, program) {
      const folder = join(cache, 'tools', spec)
      const path = join(folder, 'node_modules/.bin', program)
      if (await answers(path)) return path
      try {
        await install(folder, [spec])
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw new Unavailable(reasonOf(error), { cause: error })
      }
      if (await answers(path)) return path
      throw new Unavailable(`${spec} is installed, but ${program} does not run on this machine`)
    },
    consumer(beside) {
      const key = beside.join(' ')
      const consumer = consumers.get(key) ?? makeConsumer(beside)
      consumers.set(key, consumer)
      return consumer
    },
    async clean() {
      await Promise.allSettled(consumers.values())
      for (const folder of made) await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(program: string): Promise<boolean> {
  if (!existsSync(program)) return false
  return run(program, ['--version'], { timeout: LIMIT }).then(
    () => true,
    () => false,
  )
}

function reasonOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string }
  const lines = (stderr ?? message)
    .split('\n')
    .map((line) => line.replace(/^npm error (?:code )?/, '').trim())
  return lines.filter(Boolean).slice(0, 2).join(': ')
}
