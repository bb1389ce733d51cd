// How the client reads answers that are no problems of ours.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProblemError, readAnswer } from './client.ts'

test('an error without a code of ours still has one: unavailable for 503, bad-gateway otherwise', () => {
  const codeOf = (status: number, body: string) => {
    try {
      return readAnswer({ status, headers: {}, body })
    } catch (error) {
      return error instanceof ProblemError && [error.problem.status, error.problem.code]
    }
  }
  // Fastify's own, of a service of the first release that is about to end.
  const closing = JSON.stringify({ error: 'Service Unavailable', message: 'Service Unavailable', statusCode: 503 })
  assert.deepEqual(codeOf(503, closing), [503, 'unavailable'])
  assert.deepEqual(codeOf(502, '<html>'), [502, 'bad-gateway'])
  assert.deepEqual(codeOf(500, 'null'), [500, 'bad-gateway'])
  assert.deepEqual(codeOf(409, JSON.stringify({ status: 409, code: 'out-of-stock' })), [409, 'out-of-stock'])
})
