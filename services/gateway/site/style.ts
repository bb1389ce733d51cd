// The style sheet of the gateway's own pages.
export const style = `
:root {
  --ground: #fbf8f4; --paper: #ffffff; --ink: #241f1b; --soft: #6d635a; --line: #e6ddd2; --accent: #b04a24; --tint: #f6ede4;
  --code: #2b2521; --code-ink: #f3e9de; --get: #1d6f5f; --post: #8a4b08; --put: #2f5aa8; --patch: #6b3fa0; --delete: #b3261e;
  --good: #1d7a4f; --bad: #b3261e; --sans: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #171412; --paper: #1f1b18; --ink: #f1e9e0; --soft: #a99c8f; --line: #38312b; --accent: #f0936a; --tint: #2a231e;
    --code: #110f0d; --code-ink: #eee3d7; --get: #5cc4ac; --post: #e5a45a; --put: #86abf0; --patch: #bf9bf0; --delete: #f2897f;
    --good: #5fce97; --bad: #f2897f;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 var(--sans) }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px }
h1, h2, h3 { line-height: 1.2; letter-spacing: -.01em; margin: 0; text-wrap: balance }
p { margin: .6rem 0 }
code, pre, .path { font-family: var(--mono); font-size: .875em }
:not(pre) > code { background: var(--tint); padding: .1em .35em; border-radius: 4px; overflow-wrap: anywhere }
pre { background: var(--code); color: var(--code-ink); padding: .9rem 1rem; border-radius: 10px; overflow-x: auto; margin: .5rem 0 0; font-size: .8rem; line-height: 1.5; -webkit-user-select: all; user-select: all; tab-size: 2 }
.mark { width: 1.6em; height: 1.6em; fill: var(--accent); vertical-align: -.35em; margin-right: .45em }

/* The front page. */
.home main { max-width: 60rem; margin: 0 auto; padding: clamp(2rem, 7vw, 5rem) 1.25rem 3rem }
.home h1 { font-size: clamp(2.2rem, 7vw, 3.6rem) }
.home .lead { font-size: 1.15rem; color: var(--soft); max-width: 42rem; margin: .8rem 0 2rem }
.home h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .1em; color: var(--soft); margin: 2.6rem 0 .9rem; font-weight: 600 }
.doors { display: flex; flex-wrap: wrap; gap: .7rem }
.doors a { padding: .6rem 1.1rem; border-radius: 999px; border: 1px solid var(--line); background: var(--paper); color: var(--ink); text-decoration: none; font-weight: 550 }
.doors a:first-child { background: var(--accent); border-color: var(--accent); color: var(--ground) }
.doors a:hover { border-color: var(--accent) }
.cards { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); padding: 0; margin: 0; list-style: none }
.cards li { background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 1rem 1.1rem }
.cards b { display: flex; align-items: center; gap: .55rem; text-transform: capitalize }
.cards p { color: var(--soft); font-size: .92rem; margin: .35rem 0 0 }
.dot { width: .65rem; height: .65rem; border-radius: 50%; background: var(--good); flex: none }
.dot.down { background: var(--bad) }
.state { margin-left: auto; font-size: .78rem; font-weight: 500; color: var(--soft); text-transform: none }
.tries { list-style: none; margin: 0; padding: 0 }
.tries li { display: flex; flex-wrap: wrap; gap: .2rem 1rem; padding: .55rem 0; border-bottom: 1px solid var(--line) }
.tries a { font-family: var(--mono); font-size: .9rem; overflow-wrap: anywhere }
.tries span { color: var(--soft); font-size: .92rem }
footer { color: var(--soft); font-size: .85rem; margin-top: 3rem }

/* The reference. */
.docs { display: grid; grid-template-columns: 17rem minmax(0, 1fr) }
.docs nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.4rem 1rem 3rem 1.4rem; border-right: 1px solid var(--line); font-size: .875rem; scrollbar-width: thin }
.docs nav .name { font-size: 1.15rem; font-weight: 700; color: inherit; text-decoration: none; display: block; margin-bottom: 1rem }
.docs nav b { display: block; margin: 1.1rem 0 .3rem; text-transform: capitalize }
.docs nav a { color: var(--soft); text-decoration: none; display: block; padding: .16rem 0; line-height: 1.35 }
.docs nav a:hover { color: var(--accent) }
.docs main { padding: 2.2rem clamp(1.1rem, 4vw, 3.5rem) 6rem; max-width: 82rem; min-width: 0 }
.docs h1 { font-size: 2.2rem }
.docs .chapter { font-size: 1.7rem; text-transform: capitalize; margin-top: 4.5rem; padding-top: 1.2rem; border-top: 3px solid var(--accent) }
.docs .chapter + p { color: var(--soft); margin-top: .3rem }
.intro { display: grid; gap: 1.2rem 2.5rem; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); margin-top: 1.6rem }
.intro > section, .route, .intro h3 { min-width: 0 }
.intro h3 { font-size: 1.05rem; margin-top: .8rem }
.route { margin-top: 2.6rem; padding-top: 1.6rem; border-top: 1px solid var(--line); display: grid; gap: 0 2.2rem; grid-template-columns: minmax(0, 1fr) minmax(0, 25rem) }
.route > header { grid-column: 1 / -1 }
.route h3 { font-size: 1.2rem }
.route h3 a { color: inherit; text-decoration: none }
.route h3 a:hover::after { content: " #"; color: var(--accent) }
.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem .7rem; margin: .5rem 0 }
.path { overflow-wrap: anywhere; font-size: .95rem }
.path i { font-style: normal; color: var(--accent) }
.method { font: 700 .72rem/1 var(--mono); letter-spacing: .04em; padding: .32em .5em; border-radius: 5px; border: 1px solid currentColor }
.GET { color: var(--get) } .POST { color: var(--post) } .PUT { color: var(--put) } .PATCH { color: var(--patch) } .DELETE { color: var(--delete) }
.who { font-size: .8rem; color: var(--soft) }
.who::before { content: "· " }
.route h4, .shape h4 { font-size: .75rem; text-transform: uppercase; letter-spacing: .08em; color: var(--soft); margin: 1.3rem 0 .2rem }
h4 .type { text-transform: none; letter-spacing: 0 }
.fields { list-style: none; margin: 0; padding: 0; font-size: .92rem }
.fields li { padding: .34rem 0; border-bottom: 1px solid var(--line) }
.fields li:last-child { border-bottom: 0 }
.fields .fields { margin: .3rem 0 0 .2rem; padding-left: .9rem; border-left: 2px solid var(--line) }
.fields code { background: none; padding: 0; font-weight: 600 }
.type { color: var(--soft); font-size: .86rem }
.must { color: var(--accent); font-size: .78rem; font-weight: 600 }
.may { color: var(--soft); font-size: .78rem; font-style: italic }
.note { display: block; color: var(--soft); font-size: .88rem }
.refusals { display: grid; grid-template-columns: 2.6rem minmax(0, 1fr); gap: .25rem .5rem; margin: .3rem 0 0; font-size: .9rem }
.refusals dt { color: var(--soft); font-family: var(--mono); font-size: .82rem; padding-top: .1rem }
.refusals dd { margin: 0 }
.refusals code { background: none; padding: 0 }
details > summary { cursor: pointer; color: var(--soft); font-size: .88rem; margin-top: .5rem }
.sample { min-width: 0 }
pre:not(.json) { white-space: pre-wrap; overflow-wrap: anywhere }
.sample pre.json { max-height: 24rem; overflow-y: auto }
.shape { margin-top: 2rem; max-width: 46rem }
.shape h3 { font-size: 1.05rem }
@media (max-width: 75rem) { .route { grid-template-columns: minmax(0, 1fr) } }
@media (max-width: 52rem) {
  .docs { display: block }
  .docs nav { position: static; height: auto; max-height: 22rem; border-right: 0; border-bottom: 1px solid var(--line) }
  .docs main { padding-top: 1.5rem }
}
@media print { .docs { display: block } .docs nav { display: none } }
`
