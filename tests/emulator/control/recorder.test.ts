import { describe, expect, it } from 'vitest'
import { createRecorder, type RecordedRequest } from '../../../lib/emulator/control/recorder.js'

const arrived = (body = ''): RecordedRequest => ({
  ...{
    method: 'GET',
    path: '/',
    query: {},
    url: '/',
    headers: {},
    body,
    verified: true,
    message: '',
    time: 0,
  },
})

describe('what is kept of an answer', () => {
  it('is not cut within a character', () => {
    const recorder = createRecorder()
    for (const start of ['"', '""', '"""']) {
      const request = recorder.record(arrived())
      const body = Buffer.from(start + '名'.repeat(30_000))
      recorder.complete(request, {}, { status: 200, headers: {}, body })
      expect(request.answer?.body).toMatch(new RegExp(`^${start}名+$`))
    }
  })

  it('is, with what is kept of requests, no more than there is room for', () => {
    const recorder = createRecorder()
    for (let count = 0; count < 4; count++) {
      const request = recorder.record(arrived('x'.repeat(60 * 1024 * 1024)))
      recorder.complete(request, {}, { status: 200, headers: {}, body: Buffer.alloc(1024, 'x') })
    }
    expect(recorder.requests).toHaveLength(2)
  })
})
