// The sizes of request bodies. Parsing and checking JSON takes the thread, so it has a limit of its own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apis } from './apis.ts'
import { isBytes, type Route } from './define.ts'

test('no route takes more JSON than can be read without keeping others waiting', () => {
  // Measured by `npm run bench`: the costliest megabyte takes 35 ms.
  const routes = apis.flatMap((api) => Object.values(api.routes) as Route[])
  const json = routes.filter((route) => route.body && !isBytes(route.body))
  assert.ok(json.length > 15)
  assert.deepEqual(
    json.filter((route) => (route.bodyLimit ?? 0) > 1024 * 1024).map((route) => route.name),
    [],
  )
})
