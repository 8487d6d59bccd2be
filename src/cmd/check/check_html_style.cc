// The style sheet of the HTML report: colours with a contrast of at least 4.5 to 1 in both schemes.
#include "cmd/check/check_html.h"

namespace strictmx {

namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --text: #1c2430; --soft: #586274; --line: #dde2ea; --code: #eef1f5;
  --good: #12703a; --good-bg: #e3f4ea; --warn: #7d5200; --warn-bg: #fdf1d4;
  --bad: #ac1a25; --bad-bg: #fce8e9; --note: #1d5a9e; --note-bg: #e6f0fb; --none: #586274;
  --none-bg: #eceff3; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --card: #1a2028; --text: #e4e8ee; --soft: #9ba7b7; --line: #303a47;
  --code: #232b36;
  --good: #6fd39a; --good-bg: #14331f; --warn: #f0c05a; --warn-bg: #372a0c;
  --bad: #ff8f94; --bad-bg: #42181c; --note: #86bcf5; --note-bg: #16293f; --none: #a8b2c0;
  --none-bg: #262e39; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
main, .top, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
.top { padding-top: 1.6rem; display: flex; justify-content: space-between; align-items: baseline;
  color: var(--soft); font-size: .87rem; gap: 1rem; flex-wrap: wrap; }
.top b { color: var(--text); font-size: 1rem; letter-spacing: .01em; }
footer { color: var(--soft); font-size: .85rem; padding-bottom: 2rem; }
a { color: var(--note); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1.3rem 1.5rem; margin: 1rem 0 1.4rem; }
.lead { border-left: 6px solid var(--none); }
.lead.good { border-left-color: var(--good); } .lead.warn { border-left-color: var(--warn); }
.lead.bad { border-left-color: var(--bad); } .lead.note { border-left-color: var(--note); }
h1, h2, h3 { line-height: 1.25; margin: 0; }
h2.domain { font-size: 1.6rem; display: inline; overflow-wrap: anywhere; margin-right: .6rem; }
h3 { font-size: 1.02rem; margin: 1.6rem 0 .5rem; }
.card > h3:first-child { margin-top: 0; }
.counts { color: var(--soft); margin-left: .5rem; font-size: .92rem; }
h4 { font-size: 1rem; margin: 0; display: inline; }
p { margin: .5rem 0; } .answer { font-size: 1.08rem; margin: .7rem 0 1rem; }
.tag { display: inline-block; padding: .08rem .55rem; border-radius: 5px; font-size: .76rem;
  font-weight: 650; letter-spacing: .03em; white-space: nowrap; vertical-align: .12em;
  color: var(--none); background: var(--none-bg); }
.tag.good { color: var(--good); background: var(--good-bg); }
.tag.warn { color: var(--warn); background: var(--warn-bg); }
.tag.bad { color: var(--bad); background: var(--bad-bg); }
.tag.note { color: var(--note); background: var(--note-bg); }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding: .5rem 0 0;
  caption-side: bottom; }
th, td { text-align: left; padding: .42rem .9rem .42rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; white-space: nowrap; }
tbody th { font-weight: 600; } tr.host th { padding-top: .75rem; border-bottom: 0; }
td.name { padding-left: 1.1rem; } td.num, .mono, code, pre { font-family: ui-monospace,
  "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .87em; }
td .tag { font-size: .72rem; }
details { border-top: 1px solid var(--line); padding: .75rem 0; }
details:first-of-type { border-top: 0; }
summary { cursor: pointer; display: flex; gap: .8rem; align-items: baseline; }
summary::before { content: "\25B8"; color: var(--soft); width: .7rem; }
details[open] > summary::before { content: "\25BE"; }
summary::-webkit-details-marker { display: none; }
summary .tag { min-width: 5.2rem; text-align: center; }
summary .id { margin-left: auto; color: var(--soft); white-space: nowrap; }
.body { padding: .4rem 0 .2rem 7.5rem; }
.body ul { margin: .3rem 0; padding-left: 1.1rem; } .body li { overflow-wrap: anywhere; }
.body b { color: var(--soft); font-weight: 600; }
code { background: var(--code); padding: .05rem .3rem; border-radius: 4px;
  overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: 6px; padding: .6rem .8rem; margin: .5rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.small { color: var(--soft); font-size: .87rem; }
@media (max-width: 40rem) { .body { padding-left: 0; } summary { flex-wrap: wrap; }
  summary .id { margin-left: 0; } .card { padding: 1rem; } }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --soft: #444;
    --line: #bbb; --code: #f2f2f2; --good: #0b5a2c; --warn: #6b4600; --bad: #8e101a;
    --note: #174a82;
    --none: #444; --good-bg: #fff; --warn-bg: #fff; --bad-bg: #fff; --note-bg: #fff;
    --none-bg: #fff; }
  body { font-size: 10.5pt; } .card { border-radius: 0; break-inside: auto; padding: .6rem .8rem; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .tag { border: 1px solid currentColor; } details, tr { break-inside: avoid; }
  .skip, summary::before { display: none; } section.domain { break-before: page; }
  section.domain:first-of-type { break-before: auto; } }
)";

}  // namespace

std::string_view check_html_style() { return kStyle; }

}  // namespace strictmx
