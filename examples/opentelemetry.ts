/** A span of OpenTelemetry for each attempt of each call, from the diagnostics channel: no call has to be changed. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Emulator } from '../lib/emulator/index.js'
import { ApiError, CALL_CHANNEL, type CallEvent } from '../lib/index.js'
import { runDemo, shopOf } from './demo.js'

// #region trace
/** Traces all clients of this process; returns what ends it. A span has the template of the path, never an id or a body. */
export function traceCalls(tracer: Tracer): () => void {
  // The events of an attempt are published in the asynchronous context of its call, so calls at once are kept apart.
  const spans = new AsyncLocalStorage<Span>()
  const listener = (message: unknown): void => {
    const event = message as CallEvent
    if (event.type === 'attempt') {
      spans.enterWith(startSpan(tracer, event))
      return
    }
    const span = spans.getStore()
    if (!span?.isRecording()) return
    if (event.type === 'response') {
      span.setAttribute('http.response.status_code', event.status)
      if (event.requestId) span.setAttribute('wechatpay.request_id', event.requestId)
    } else {
      span.recordException(event.error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: event.error.message })
      if (event.type === 'retry') span.setAttribute('wechatpay.retry_delay', event.delay)
      if (event.error instanceof ApiError) span.setAttribute('http.response.status_code', event.error.status)
    }
    span.end()
  }
  subscribe(CALL_CHANNEL, listener)
  return () => void unsubscribe(CALL_CHANNEL, listener)
}

const startSpan = (tracer: Tracer, { method, path, attempt }: CallEvent): Span =>
  tracer.startSpan(`${method} ${path}`, {
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': method,
      'url.template': path,
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    },
  })
// #endregion trace

export async function demo(emulator: Emulator) {
  const exporter = new InMemorySpanExporter() // in a shop of yours: the OTLP exporter of your collector
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const stop = traceCalls(provider.getTracer('wechatpay'))
  const { wxpay } = shopOf(emulator)

  const order = wxpay.v3.pay.transactions.outTradeNo._out_trade_no_
  const provinces = wxpay.v3.capital.capitallhh.areas.provinces
  emulator.fail({
    path: 'v3/capital/capitallhh/areas/provinces',
    code: 'SYSTEM_ERROR',
    status: 500,
    times: 1,
  })
  await Promise.allSettled([
    provinces.get(), // answered at the second attempt
    order.get({ out_trade_no: 'nobody-knows-it' }), // 404
  ])
  stop()
  return exporter.getFinishedSpans().map(({ name, attributes, status, ended }) => ({
    ...{ name, ended, failed: status.code === SpanStatusCode.ERROR },
    http: attributes['http.response.status_code'],
    resent: attributes['http.request.resend_count'] ?? 0,
  }))
}
await runDemo(import.meta.url, demo)
