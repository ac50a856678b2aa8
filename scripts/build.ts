/** Builds the package twice from one source: `dist/esm` and `dist/cjs`. Run through npm, which finds `tsc`. */
import { execSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
for (const format of ['esm', 'cjs']) execSync(`tsc -p tsconfig.${format}.json`, { stdio: 'inherit' })
// The package is "type": "module"; this marks the other half.
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n')
