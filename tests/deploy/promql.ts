// Reads PromQL with the parser of Prometheus' own editor: which metrics an expression selects, by which labels, and what it groups by.
import { parser } from '@prometheus-io/lezer-promql'

export interface Matcher {
  label: string
  operator: string
  value: string
}
export interface Selector {
  metric: string
  matchers: Matcher[]
}
export interface Expression {
  selectors: Selector[]
  /** Labels after by, on, group_left and so on. */
  grouping: string[]
}

/** Throws when the expression is not PromQL. */
export function readPromql(text: string): Expression {
  const selectors: Selector[] = []
  const grouping: string[] = []
  const textOf = ({ from, to }: { from: number; to: number }) => text.slice(from, to)
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`No PromQL at ${node.from}: ${text}`)
      if (node.name === 'VectorSelector') {
        const metric = node.node.getChild('Identifier')
        const matchers = node.node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []
        selectors.push({
          metric: metric ? textOf(metric) : '',
          matchers: matchers.map((matcher) => ({
            label: partOf(matcher, 'LabelName'),
            operator: partOf(matcher, 'MatchOp'),
            value: partOf(matcher, 'StringLiteral').slice(1, -1),
          })),
        })
      }
      if (node.name === 'GroupingLabels') grouping.push(...node.node.getChildren('LabelName').map(textOf))
    },
  })
  return { selectors, grouping }

  function partOf(node: { getChild(name: string): { from: number; to: number } | null }, name: string): string {
    const part = node.getChild(name)
    if (!part) throw new Error(`A matcher without ${name}: ${text}`)
    return textOf(part)
  }
}
