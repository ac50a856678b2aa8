import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One thing that has to work: a program run in a folder where our package is installed. */
export interface Cell {
  /** As the table shows it. */
  readonly name: string
  /** The package of npm that brings the program, kept between runs; a program of this repository when absent. */
  readonly tool?: string
  readonly program: string
  readonly args: readonly string[]
  /** The file of `tests/runtimes` that Node runs in place of the program, and that is given its path before `args`. */
  readonly by?: string
  /** Packages of npm beside ours. */
  readonly beside?: readonly string[]
  /** Files that are made for it. */
  readonly made?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** Where the files of `tests/runtimes` lie in that folder. */
export const FILES = 'runtimes'

const RESOLUTIONS = ['node16', 'nodenext', 'bundler', 'node10'] as const

/** The checks of `tests/runtimes/checks`, by both ways of loading a package. */
function runtime(name: string, tool: string, program: string, args: readonly string[] = []): Cell[] {
  return ['import.mjs', 'require.cjs'].map((file) => ({
    ...{ name: `${name}, ${file.replace(/\..*/, '')}`, tool, program },
    args: [...args, `${FILES}/${file}`],
  }))
}

const node = (version: string): Cell[] => runtime(`Node ${version}`, `node@${version}`, 'node')

const CONSUMER = readFileSync(join(import.meta.dirname, '../../tests/runtimes/consumer.ts'), 'utf8')

/** TypeScript 7 knows `node10` no more. */
function typescript(version: string): Cell[] {
  const known = RESOLUTIONS.filter((resolution) => !(version === '7' && resolution === 'node10'))
  return known.map((resolution) => {
    // Node tells modules from scripts, and each finds declarations of its own; the others do not.
    const kinds = resolution === 'node16' || resolution === 'nodenext' ? ['mts', 'cts'] : ['ts']
    const files = kinds.map((kind) => `consumer.${kind}`)
    const config = `tsconfig.${version}.${resolution}.json`
    return {
      ...{ name: `TypeScript ${version}, ${resolution}`, tool: `typescript@${version}`, program: 'tsc' },
      ...{ args: ['-p', config], beside: ['@types/node@20'] },
      made: {
        ...Object.fromEntries(files.map((file) => [file, CONSUMER])),
        [config]: JSON.stringify({ compilerOptions: optionsOf(version, resolution), files }),
      },
    }
  })
}

function optionsOf(version: string, resolution: (typeof RESOLUTIONS)[number]): object {
  const module = { node10: 'commonjs', bundler: 'esnext', node16: 'node16', nodenext: 'nodenext' }[resolution]
  return {
    ...{ module, moduleResolution: resolution, target: 'es2022', lib: ['es2022'], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
    // It warns of what the next version drops.
    ...(version === '6' && { ignoreDeprecations: '6.0' }),
  }
}

const jest = (name: string, file: string, env: Readonly<Record<string, string>> = {}): Cell => ({
  ...{ name, program: 'node', beside: ['jest@30'], env },
  args: [
    'node_modules/jest/bin/jest.js',
    '--rootDir',
    '.',
    '--config',
    'jest.json',
    '--silent',
    `${FILES}/jest/${file}`,
  ],
  made: {
    // The code is run as it is: what would compile it is no part of this.
    'jest.json': JSON.stringify({
      ...{ transform: {}, moduleFileExtensions: ['js', 'cjs', 'mjs', 'json', 'node'] },
      ...{ testMatch: ['**/*.test.{cjs,mjs}'], testTimeout: 60_000 },
    }),
  },
})

/** A bundler with its command line, and the checks in a bundle of each way of loading a package. */
const bundler = (name: string, tool: string, program: string): Cell[] =>
  ['import', 'require'].map((way) => ({
    ...{ name: `${name}, ${way}`, tool, program, by: 'bundle.mjs', args: [way] },
  }))

/** What `--only` chooses from. */
export const GROUPS: Readonly<Record<string, readonly Cell[]>> = {
  node: ['20', '22', '24', '26'].flatMap(node),
  bun: runtime('Bun', 'bun', 'bun', ['run']),
  deno: runtime('Deno', 'deno', 'deno', ['run', '--allow-all']),
  // With wrangler comes workerd, which is what runs at Cloudflare.
  workerd: [{ name: 'workerd', tool: 'wrangler@4', program: 'wrangler', by: 'workers.mjs', args: [] }],
  bundlers: [
    ...bundler('esbuild', 'esbuild', 'esbuild'),
    ...bundler('webpack 5', 'webpack-cli@6', 'webpack'),
    ...bundler('ncc', '@vercel/ncc', 'ncc'),
  ],
  types: ['5.4', '5.9', '6', '7'].flatMap(typescript),
  jest: [
    jest('Jest, require', 'require.test.cjs'),
    jest('Jest, import', 'import.test.mjs', { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' }),
  ],
  nest: [
    {
      ...{ name: 'NestJS in CommonJS', program: 'node', args: [`${FILES}/nest.cjs`] },
      beside: [
        '@nestjs/core@11',
        '@nestjs/common@11',
        '@nestjs/platform-express@11',
        'reflect-metadata',
        'rxjs',
      ],
    },
  ],
}
