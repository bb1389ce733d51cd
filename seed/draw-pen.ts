// What every drawing holds in its hand: the recipe's colors with their tones, a repeatable chance, and room for clips.
export interface Pen {
  color: string
  accent: string
  pattern: string
  /** The color in shadow. */
  deep: string
  accentDeep: string
  /** Close enough to see the threads of a cloth. */
  isClose?: boolean
  /** Repeatable: the same recipe always gives the same numbers, from 0 up to 1. */
  random(): number
  /** Keeps markup for the picture's `defs` and returns the id that it was given. */
  define(write: (id: string) => string): string
}

export const cream = '#f8efdf'
export const ink = '#2f2633'
export const wood = '#a9744a'
export const brass = '#c9a24e'

/** The color `share` of the way from one hex color to another. */
export function mix(from: string, to: string, share: number): string {
  const channel = (at: number) => {
    const [start, end] = [from, to].map((color) => Number.parseInt(color.slice(at, at + 2), 16)) as [number, number]
    return Math.round(start + (end - start) * share)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(1)}${channel(3)}${channel(5)}`
}

/** A small repeatable source of chance (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296
  }
}

/** One decimal is a tenth of a pixel: enough, and it keeps the drawing short. */
export const px = (value: number) => String(Math.round(value * 10) / 10)

export const path = (d: string, fill: string, more = '') => `<path d="${d}" fill="${fill}" ${more}/>`

export const line = (d: string, stroke: string, width: number, more = '') =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${px(width)}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`

export const rect = (x: number, y: number, width: number, height: number, fill: string, more = '') =>
  `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" fill="${fill}" ${more}/>`

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, more = '') =>
  `<ellipse cx="${px(x)}" cy="${px(y)}" rx="${px(rx)}" ry="${px(ry)}" fill="${fill}" ${more}/>`

export const moved = (x: number, y: number, markup: string, more = '') =>
  `<g transform="translate(${px(x)} ${px(y)}) ${more}">${markup}</g>`

/** Draws the markup only where the outline is filled. */
export function clipped(pen: Pen, outline: string, markup: string): string {
  const id = pen.define((id) => `<clipPath id="${id}"><path d="${outline}"/></clipPath>`)
  return `<g clip-path="url(#${id})">${markup}</g>`
}

export const times = <T>(count: number, write: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => write(i))
