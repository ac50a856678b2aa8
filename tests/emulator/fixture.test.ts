import { expect } from 'vitest'
import { test } from '../../examples/vitest-fixture.js'

test('a fixture gives each test an emulator and a client of it', async ({ emulator, wxpay }) => {
  await wxpay.v3.capital.capitallhh.areas.provinces.get()
  expect(emulator.requests).toMatchObject([
    { path: '/v3/capital/capitallhh/areas/provinces', verified: true },
  ])
})

test('what one test scripted is over in the next', async ({ emulator, wxpay }) => {
  expect(emulator.requests).toEqual([])
  emulator.fail({ path: '*', status: 500 })
  await expect(wxpay.v3.capital.capitallhh.areas.provinces.get({ retry: false })).rejects.toMatchObject({
    status: 500,
  })
})

test('indeed', async ({ wxpay }) => {
  expect((await wxpay.v3.capital.capitallhh.areas.provinces.get()).status).toBe(200)
})
