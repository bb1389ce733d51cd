// A crowd before one SKU goes in groups: while one call is on its way, those who come wait, and then go together. Without
// a crowd nobody waits. One row lock and one commit then serve many orders (RELIABILITY 6.4).

export interface Ways<Wish, Answer> {
  alone(wish: Wish): Promise<Answer>
  /** One answer per wish, in their order. */
  together(wishes: readonly Wish[]): Promise<Answer[]>
}
interface Waiting<Wish, Answer> {
  wish: Wish
  resolve(answer: Answer | PromiseLike<Answer>): void
}

/** `mayShare` keeps apart those who must see each other's result: the same order, the same person. */
export function queueBySku<Wish extends { skus: readonly string[] }, Answer>(
  ways: Ways<Wish, Answer>,
  mayShare: (one: Wish, other: Wish) => boolean,
  mostAtOnce = 64,
): (wish: Wish) => Promise<Answer> {
  const queues = new Map<string, Waiting<Wish, Answer>[]>()

  return async (wish) => {
    const [sku, ...others] = wish.skus
    if (sku === undefined || others.length > 0) return ways.alone(wish)
    const queue = queues.get(sku)
    if (queue) return new Promise((resolve) => queue.push({ wish, resolve }))
    queues.set(sku, [])
    try {
      return await ways.alone(wish)
    } finally {
      void serve(sku)
    }
  }

  async function serve(sku: string): Promise<void> {
    for (let group = nextGroup(sku); group.length > 0; group = nextGroup(sku)) {
      const wishes = group.map((it) => it.wish)
      // What fails together is tried alone, so that each gets the answer or the error that is its own.
      const answers = wishes.length > 1 ? await ways.together(wishes).catch(() => []) : []
      await Promise.allSettled(
        group.map(({ wish, resolve }, index) => {
          const answer = answers[index]
          const own = answer === undefined ? ways.alone(wish) : Promise.resolve(answer)
          resolve(own)
          return own
        }),
      )
    }
    queues.delete(sku)
  }

  function nextGroup(sku: string): Waiting<Wish, Answer>[] {
    const queue = queues.get(sku) ?? []
    const group: Waiting<Wish, Answer>[] = []
    const later: Waiting<Wish, Answer>[] = []
    for (const one of queue) {
      const fits = group.length < mostAtOnce && group.every((mate) => mayShare(mate.wish, one.wish))
      if (fits) group.push(one)
      else later.push(one)
    }
    queue.splice(0, queue.length, ...later)
    return group
  }
}
