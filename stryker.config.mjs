const testsIn =
  (folder) =>
  (...names) =>
    names.map((name) => `tests/${folder}/${name}.test.ts`)
const notifications = testsIn('notifications')
const protocols = testsIn('protocols')
const v2 = testsIn('protocols/v2')
const v3 = testsIn('protocols/v3')

/**
 * The code that is mutated, part by part. Each group of files has the tests beside it, which have to notice by
 * themselves: all tests for each mutant would take days. A new file has to be named here.
 */
export const PARTS = {
  crypto: [
    {
      mutate: ['lib/crypto/{keys,material}.ts'],
      tests: ['tests/crypto/keys.test.ts', 'tests/options.test.ts'],
    },
    { mutate: ['lib/crypto/sm*.ts'], tests: testsIn('crypto')('sm2', 'sm4') },
    {
      mutate: ['lib/crypto/**/*.ts', '!lib/crypto/{keys,material,sm2,sm4,xml,xml-problem}.ts'],
      tests: testsIn('crypto')('pieces', 'sm2', 'sm4'),
    },
  ],
  journal: [{ mutate: ['lib/bulk/journal/**/*.ts'], tests: ['tests/bulk/journal-*.test.ts'] }],
  notifications: [
    { mutate: ['lib/notifications/node.ts'], tests: notifications('node', 'sockets') },
    { mutate: ['lib/notifications/fetch.ts'], tests: notifications('fetch') },
    {
      mutate: ['lib/notifications/{once,deadline}.ts'],
      tests: notifications('handled-once', 'memory', 'deadline'),
    },
    {
      mutate: ['lib/notifications/{receive,receiver,receiver-options}.ts'],
      tests: notifications('acknowledgements', 'receive', 'fetch', 'brand', 'once'),
    },
    {
      mutate: ['lib/notifications/{parse,parse-json,parse-xml}.ts'],
      tests: notifications('parsing', 'requests'),
    },
    { mutate: ['lib/notifications/{request,resource,identify}.ts'], tests: notifications('requests') },
    { mutate: ['lib/notifications/{ack,handlers,receipts}.ts'], tests: notifications('ack') },
  ],
  protocols: [
    { mutate: ['lib/crypto/{xml,xml-problem}.ts'], tests: testsIn('crypto')('xml') },
    {
      mutate: ['lib/protocols/v2/{message,sign,req-info}.ts', 'lib/protocols/url.ts'],
      tests: [...v2('message'), ...protocols('url')],
    },
    { mutate: ['lib/protocols/v2/v2.ts'], tests: v2('messages') },
    { mutate: ['lib/protocols/v2/client-certificate.ts'], tests: v2('client-certificate') },
    {
      mutate: ['lib/protocols/v3/{signature,digest}.ts', 'lib/protocols/response-stream.ts'],
      tests: [...v3('signature', 'digest'), ...protocols('response-stream')],
    },
    {
      mutate: ['lib/protocols/v3/v3.ts', 'lib/protocols/{api-error,open-outcome}.ts'],
      tests: [...v3('messages'), ...protocols('open-outcome')],
    },
    { mutate: ['lib/protocols/v3/{sensitive,sign-error,aead}.ts'], tests: v3('encryption') },
    {
      mutate: ['lib/protocols/v3/{certificate-list,platform-keys}.ts'],
      tests: v3('certificate-list', 'platform-keys'),
    },
    {
      mutate: ['lib/protocols/v3/{certificates,platform-certificates}.ts'],
      tests: v3('certificate-refresh'),
    },
    { mutate: ['lib/protocols/v2/{outcome,indexed}.ts'], tests: v2('outcome') },
  ],
}

const { MUTATED_PART: part = 'crypto', MUTATED_GROUP: at } = process.env
const groups = at === undefined ? PARTS[part] : [PARTS[part][at]]

/** The tests of the part, or of one of its groups, that scripts/mutate.ts names. */
export const tests = groups.flatMap((group) => group.tests)

const folder = `.stryker-tmp/${part}-${at ?? 'all'}`

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
const config = {
  mutate: [...groups.flatMap((group) => group.mutate), '!**/generated/**'],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutate.config.mjs', related: false },
  coverageAnalysis: 'perTest',
  // A constant of a module is made once, when it is imported: each of its mutants would need all tests.
  ignoreStatic: true,
  concurrency: 2,
  tempDirName: folder,
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: `${folder}/report.html` },
  jsonReporter: { fileName: `${folder}/report.json` },
  clearTextReporter: { reportTests: false, allowColor: false },
  // Mutants are found by tests, not by types: there is no tsconfig to prepare for a type checker.
  tsconfigFile: 'none',
  ignorePatterns: ['/.stryker-tmp', '/dist', '/docs', '/bench', '/examples', '/coverage'],
}

export default config
