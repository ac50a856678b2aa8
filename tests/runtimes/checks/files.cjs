'use strict'
const assert = require('node:assert/strict')
const { createHash } = require('node:crypto')
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { PassThrough, Readable } = require('node:stream')
const { buffer } = require('node:stream/consumers')
const { pathToFileURL } = require('node:url')
const { rejection } = require('../rig.cjs')

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('图片'.repeat(20_000))])
const sha256 = createHash('sha256').update(png).digest('hex')
const query = { token: 't' }

/** Runs with a folder of its own. */
const withFolder = (check) => async (rig) => {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-runtimes-'))
  try {
    await check(rig, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const uploads = (fileOf) =>
  withFolder(async (rig, folder) => {
    const upload = rig.wxpay.v3.merchantService.images.upload
    const { data } = await upload.post({ multipart: { file: fileOf(folder) } })
    assert.ok(data.media_id)
    const [{ verified, message, headers }] = rig.emulator.requests
    assert.equal(verified, true)
    assert.equal(JSON.parse(message.split('\n')[4]).sha256, sha256)
    assert.ok(Number(headers['content-length']) > png.length)
  })

function written(folder) {
  const path = join(folder, '店面.png')
  writeFileSync(path, png)
  return path
}

exports.checks = {
  'an upload from a Buffer': uploads(() => png),
  'an upload from a File': uploads(() => new File([png], 'a.png')),
  'an upload from a stream': uploads(() => Readable.from([png.subarray(0, 100), png.subarray(100)])),
  'an upload from a file:// URL': uploads((folder) => pathToFileURL(written(folder)).href),
  'an upload tells how far it is': async (rig) => {
    const seen = []
    const onUploadProgress = ({ loaded }) => seen.push(loaded)
    await rig.wxpay.v3.merchantService.images.upload.post({ multipart: { file: png }, onUploadProgress })
    assert.ok(seen.at(-1) >= png.length, `${seen}`)
  },
  'a download comes as bytes, a stream, into a file and into a stream': withFolder(async (rig, folder) => {
    const { file } = rig.wxpay.v3.billdownload
    const { data: bytes } = await file.get({ query })
    assert.ok(Buffer.isBuffer(bytes) && bytes.length > 0)
    const { data: stream } = await file.get({ query, responseType: 'stream' })
    assert.deepEqual(await buffer(stream), bytes)
    const sink = join(folder, 'bill.csv')
    await file.get({ query, sink })
    assert.deepEqual(readFileSync(sink), bytes)
    const through = new PassThrough()
    const [gathered] = await Promise.all([buffer(through), file.get({ query, sink: through })])
    assert.deepEqual(gathered, bytes)
  }),
  'a torn download leaves no file': withFolder(async (rig, folder) => {
    rig.emulator.fail({ path: 'v3/billdownload/file', fault: 'torn' })
    const sink = join(folder, 'bill.csv')
    const error = await rejection(rig.wxpay.v3.billdownload.file.get({ query, sink, retry: false }))
    assert.ok(error instanceof rig.NetworkError, `${error}`)
    assert.equal(readdirSync(folder).length, 0)
  }),
  'a bill is iterated, added up and saved': withFolder(async (rig, folder) => {
    await rig.emulator.fillBill('2024-01-01', 3_000)
    for (const tar_type of [undefined, 'GZIP']) {
      const request = { bill_date: '2024-01-01', ...(tar_type && { tar_type }) }
      const bill = await rig.wxpay.bills.trade(request)
      let rows = 0
      for await (const row of bill) rows += Number.isInteger(row.total_amount_fen) ? 1 : 0
      assert.deepEqual([rows, Number((await bill.summary()).total_count)], [3_000, 3_000])
      const path = join(folder, `${tar_type}.csv`)
      await bill.save(path)
      assert.match(readFileSync(path, 'utf8').slice(0, 20), /交易时间/)
    }
  }),
  'a loop over a bill may be left early': async (rig) => {
    await rig.emulator.fillBill('2024-01-02', 20_000)
    for await (const row of await rig.wxpay.bills.trade({ bill_date: '2024-01-02' })) {
      assert.ok(row.out_trade_no)
      break
    }
    assert.equal((await rig.wxpay.v3.certificates.get()).status, 200)
  },
  'a bill of APIv2': async (rig) => {
    const bill = await rig.wxpay.bills.v2.trade({ appid: 'wx8888888888888888', bill_date: '2024-01-01' })
    let rows = 0
    for await (const row of bill) rows += row.out_trade_no ? 1 : 0
    assert.ok(rows > 0)
  },
}
