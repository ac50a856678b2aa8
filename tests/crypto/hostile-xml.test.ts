import { expect, it } from 'vitest'
import { decodeXml, MAX_XML_BYTES } from '../../lib/crypto/xml.js'

it('hostile documents are refused fast', () => {
  const cpuTime = () => process.cpuUsage().user / 1_000
  const half = MAX_XML_BYTES / 2 - 128
  const hostile = [
    `<xml>${'<a>'.repeat(half / 2)}`,
    `<xml>${'<!--'.repeat(half / 4)}`,
    `<xml>${'<![CDATA['.repeat(half / 9)}`,
    `<xml>${'&'.repeat(half)}</xml>`,
    `<xml ${'a="1" '.repeat(half / 6)}></xml>`,
    `<${'x'.repeat(half)}`,
    `<xml>${'<a/>'.repeat(half / 4)}`,
  ]
  for (const document of hostile) {
    const started = cpuTime()
    expect(() => decodeXml(document)).toThrow()
    expect(cpuTime() - started).toBeLessThan(3_000)
  }
  const started = cpuTime()
  expect(decodeXml(`<xml>${'<a/>'.repeat(half / 4)}</xml>`).a).toHaveLength(half / 4)
  expect(cpuTime() - started).toBeLessThan(3_000)
})
