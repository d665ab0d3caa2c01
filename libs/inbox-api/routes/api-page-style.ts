/** The look of the API's page, light and dark, on wide screens and phones. */
export const apiPageStyle = `
:root { color-scheme: light dark; --ink: #1b1f27; --soft: #4a5262; --line: #dcdfe6; --page: #fff; --card: #f6f7f9; --link: #2456c7; --get: #1b6e3c; --put: #8a5300; --delete: #b3261e }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf1; --soft: #aab3c2; --line: #333b49; --page: #14171d; --card: #1a1e26; --link: #8fb2ff; --get: #7fd49f; --put: #f0bd6b; --delete: #ff9d95 }
}
* { box-sizing: border-box }
body { margin: 0; display: grid; grid-template-columns: 19rem minmax(0, 1fr); background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, sans-serif }
a { color: var(--link) }
code, pre, input { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem 1.25rem; border-right: 1px solid var(--line); background: var(--card) }
nav h2 { font-size: .8rem; color: var(--soft); margin: 1.25rem 0 .25rem }
nav ul { list-style: none; margin: 0; padding: 0 }
nav li a { display: block; padding: .2rem 0; text-decoration: none; overflow-wrap: anywhere; font-size: .85rem }
main { max-width: 56rem; padding: 1.5rem 2rem 4rem }
h1 { font-size: 1.4rem; margin: 0 0 .5rem }
main h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem }
h3 { font-size: 1rem; font-weight: 400; margin: 0; overflow-wrap: anywhere }
article { border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1.1rem; margin: 0 0 .9rem; scroll-margin-top: 1rem }
article:target, details:target { border-color: var(--link); box-shadow: 0 0 0 1px var(--link) }
article p { margin: .35rem 0 }
b { font: 600 12px/1 ui-monospace, Menlo, Consolas, monospace; color: var(--get); display: inline-block; min-width: 3.6rem }
b.put, b.post { color: var(--put) }
b.delete { color: var(--delete) }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; overflow: auto; margin: .5rem 0 }
details { margin: .35rem 0 }
summary { cursor: pointer; color: var(--soft); padding: .15rem 0 }
form, dl { display: grid; gap: .35rem; margin: .5rem 0 }
dl { grid-template-columns: 7rem 1fr }
dd { margin: 0; color: var(--soft) }
label { display: grid; grid-template-columns: 6rem 12rem 1fr; gap: .5rem; align-items: center }
label span { color: var(--soft); font-size: .85rem }
input, button { color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: 5px; padding: .25rem .5rem; min-width: 0 }
button { justify-self: start; font: inherit; padding: .25rem 1rem; cursor: pointer; border-color: var(--link); color: var(--link) }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
@media (max-width: 56rem) {
  body { display: block }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line) }
  main { padding: 1.25rem 1rem 3rem }
  label { grid-template-columns: 5rem 1fr }
  label span { grid-column: 1 / -1 }
}
`;
