// Which instance gets the next call, by a clock and a dice that the test holds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instance } from './instance.ts'
import { type CallEnd, makeInstances, probeDelay } from './instances.ts'

/** Instances by name, a clock, a repeatable dice, and who left (with the time until its first probe) and returned. */
function fleetOf(...names: string[]) {
  let time = 1_000_000
  let seed = 7
  const left: [string, number][] = []
  const returned: string[] = []
  const instances = makeInstances(names, {
    now: () => time,
    random: () => {
      seed = (seed * 16_807) % 2_147_483_647
      return seed / 2_147_483_647
    },
    onLeft: ({ target }, probeInMs) => left.push([target, probeInMs]),
    onReturned: ({ target }) => returned.push(target),
  })
  const byName = new Map<string, Instance<string>>()
  while (byName.size < names.length) call(() => 'answered')
  returned.length = 0

  function call(endOf: (name: string) => CallEnd): string {
    const instance = instances.begin() as Instance<string>
    byName.set(instance.target, instance)
    instances.end(instance, endOf(instance.target))
    return instance.target
  }
  return {
    instances,
    left,
    returned,
    of: (name: string) => byName.get(name) as Instance<string>,
    call,
    /** How often each is chosen, by 1,000 calls one after the other. */
    shares(endOf: (name: string) => CallEnd = () => 'answered') {
      const counts = new Map(names.map((name) => [name, 0]))
      for (let i = 0; i < 1_000; i++) {
        const name = call(endOf)
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      return counts
    },
    /** One call after the other until the named one has had so many with this end; the others answer. */
    endCallsOf(name: string, end: CallEnd, count: number) {
      for (let had = 0; had < count; ) if (call((one) => (one === name ? end : 'answered')) === name) had += 1
    },
    pass(milliseconds: number) {
      time += milliseconds
    },
  }
}

test('idle instances share the calls evenly', () => {
  for (const count of fleetOf('a', 'b', 'c').shares().values()) assert.ok(count > 270 && count < 400, `${count}`)
})

test('an instance with fewer calls in flight is preferred', () => {
  const { instances } = fleetOf('a', 'b')
  const begun = Array.from({ length: 10 }, () => instances.begin() as Instance<string>)
  assert.deepEqual(new Set(begun.map(({ inFlight }) => inFlight)), new Set([5]))
  const [first] = begun as [Instance<string>]
  for (const one of begun) if (one === first) instances.end(one, 'answered')
  assert.deepEqual(
    Array.from({ length: 5 }, () => instances.begin()),
    Array(5).fill(first),
  )
})

test('an instance that cannot be reached gets no calls until a probe finds it ready', () => {
  const fleet = fleetOf('a', 'b')
  fleet.endCallsOf('a', 'unreachable', 1)
  const [[name, probeInMs] = []] = fleet.left
  assert.equal(name, 'a')
  assert.ok(probeInMs && probeInMs >= 800 && probeInMs <= 1_200, `${probeInMs}`)
  assert.equal(fleet.shares().get('a'), 0)
  fleet.instances.probed(fleet.of('a'), 'unreachable')
  fleet.instances.probed(fleet.of('a'), 'not-ready')
  fleet.pass(3_600_000)
  assert.equal(fleet.shares().get('a'), 0)
  fleet.instances.probed(fleet.of('a'), 'ready')
  assert.deepEqual(fleet.returned, ['a'])
  assert.ok((fleet.shares().get('a') ?? 0) > 0)
})

test('one that says that it is about to stop gets no further calls, although it answers those in flight', () => {
  const fleet = fleetOf('a', 'b')
  const [one, other] = [fleet.instances.begin(), fleet.instances.begin()] as [Instance<string>, Instance<string>]
  const more = [fleet.instances.begin(), fleet.instances.begin()].find((next) => next === one) as Instance<string>
  assert.notEqual(one, other)
  fleet.instances.end(one, 'not-ready')
  fleet.instances.end(more, 'answered')
  assert.equal(fleet.shares().get(one.target), 0)
})

test('the share of an instance that has come back grows within ten seconds', () => {
  const fleet = fleetOf('a', 'b')
  fleet.endCallsOf('a', 'unreachable', 1)
  fleet.instances.probed(fleet.of('a'), 'ready')
  const share = () => fleet.shares().get('a') as number
  const first = share()
  fleet.pass(3_000)
  const second = share()
  fleet.pass(7_000)
  const last = share()
  assert.ok(first > 50 && first < 150, `a tenth of the others': ${first}`)
  assert.ok(second > 180 && second < 290, `three tenths of the others': ${second}`)
  assert.ok(last > 430 && last < 570, `an equal share: ${last}`)
})

test('under load, too, it gets only a part of what the others have in flight', () => {
  const fleet = fleetOf('a', 'b')
  fleet.endCallsOf('a', 'unreachable', 1)
  fleet.instances.probed(fleet.of('a'), 'ready')
  fleet.pass(2_000)
  for (let i = 0; i < 60; i++) fleet.instances.begin()
  assert.deepEqual([fleet.of('a').inFlight, fleet.of('b').inFlight], [10, 50])
})

test('five failures in a row eject an instance while the others answer, four do not', () => {
  const fleet = fleetOf('a', 'b')
  fleet.endCallsOf('a', 'failed', 4)
  fleet.endCallsOf('a', 'answered', 1)
  fleet.endCallsOf('a', 'failed', 4)
  assert.deepEqual(fleet.left, [])
  fleet.endCallsOf('a', 'failed', 1)
  assert.deepEqual(fleet.left, [['a', 5_000]])
  assert.equal(fleet.shares().get('a'), 0)
})

test('an instance of which far more calls fail than of the others is ejected', () => {
  const fleet = fleetOf('a', 'b')
  const calls = { count: 0 }
  fleet.shares((name) => (name === 'a' && ++calls.count % 5 < 2 ? 'failed' : 'answered'))
  assert.deepEqual(fleet.left, [['a', 5_000]])
})

test('instances that all fail alike are not ejected', () => {
  const fleet = fleetOf('a', 'b', 'c')
  const calls = { count: 0 }
  fleet.shares(() => (++calls.count % 2 === 0 ? 'failed' : 'answered'))
  assert.deepEqual(fleet.left, [])
})

test('never more than half of the instances are ejected, and of one none', () => {
  const fleet = fleetOf('a', 'b', 'c', 'd', 'e')
  fleet.shares((name) => (name === 'e' ? 'answered' : 'failed'))
  assert.equal(fleet.left.length, 2)
  const single = fleetOf('a')
  single.shares(() => 'failed')
  assert.deepEqual(single.left, [])
})

test('each ejection lasts twice as long as the one before, up to a minute, and a minute in service ends the row', () => {
  const fleet = fleetOf('a', 'b')
  const ejectedFor = () => {
    fleet.endCallsOf('a', 'failed', 5)
    fleet.instances.probed(fleet.of('a'), 'ready')
    return fleet.left.at(-1)?.[1]
  }
  assert.deepEqual(Array.from({ length: 6 }, ejectedFor), [5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
  fleet.pass(61_000)
  assert.equal(ejectedFor(), 5_000)
})

test('when all are out, all are tried, those that were ejected first', () => {
  const fleet = fleetOf('a', 'b', 'c')
  fleet.endCallsOf('a', 'failed', 5)
  fleet.endCallsOf('b', 'unreachable', 1)
  fleet.endCallsOf('c', 'unreachable', 1)
  assert.equal(fleet.shares().get('a'), 1_000)
  fleet.instances.probed(fleet.of('a'), 'not-ready')
  const { instances } = fleet
  const tried = new Set<Instance<string>>()
  for (let next = instances.begin(tried); next; next = instances.begin(tried)) tried.add(next)
  assert.equal(tried.size, 3)
})

test('the answer of an instance that could not be reached brings it back', () => {
  const fleet = fleetOf('a', 'b')
  fleet.endCallsOf('a', 'unreachable', 1)
  fleet.endCallsOf('b', 'unreachable', 1)
  fleet.call(() => 'answered')
  assert.equal(fleet.returned.length, 1)
})

test('probes of many callers do not come at once', () => {
  assert.deepEqual(
    [0, 0.5, 1].map((random) => Math.round(probeDelay(() => random))),
    [800, 1_000, 1_200],
  )
})
