// The style sheet of the page. Colours: Okabe and Ito's, which the colour-blind tell apart; the
// lighter ones on dark ground. Curves and boxes have dashes besides.
#pragma once

#include <string_view>

namespace faaslight {

inline constexpr std::string_view kPageStyle = R"css(
:root { color-scheme: light dark; --ground: #fff; --text: #1a1a1a; --faint: #5c5c5c; --rule: #d5d5d5;
  --alarm: #9c1f14; --alarm-ground: #fdecea; --panel: #f6f6f6;
  --s0: #0072b2; --s1: #c04f00; --s2: #00805f; --s3: #a3457f; --s4: #6b6b00; --s5: #333; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181a; --text: #e8e8e8; --faint: #a6a6a6; --rule: #3a3d40;
    --alarm: #ffb4a9; --alarm-ground: #45150f; --panel: #1f2224;
    --s0: #56b4e9; --s1: #f0a03c; --s2: #35c99c; --s3: #e39ac6; --s4: #f0e442; --s5: #ddd; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--ground);
  color: var(--text); font: 1rem/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: .5rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 .2rem; }
p, li, dd { overflow-wrap: anywhere; max-width: 60rem; }
.faint, figcaption { color: var(--faint); font-size: .875rem; }
.alarm { background: var(--alarm-ground); color: var(--alarm); border-left: .4rem solid;
  padding: .6rem .9rem; font-weight: 600; }
dl { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .15rem .9rem; margin: .6rem 0; }
dt { color: var(--faint); overflow-wrap: anywhere; }
dd { margin: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .3rem 0; color: var(--faint); }
th, td { padding: .28rem .7rem .28rem 0; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--rule); vertical-align: top; }
thead th { color: var(--faint); font-weight: 600; }
tbody th { font-weight: 600; }
th.left, td.left, tbody th { text-align: left; }
td.words { text-align: left; white-space: normal; min-width: 23rem; overflow-wrap: anywhere; }
.better, .worse { font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr));
  gap: 1rem; margin: .8rem 0; }
figure { margin: 0; padding: .7rem; background: var(--panel); border-radius: .4rem; max-width: 36rem; }
figure svg { width: 100%; height: auto; display: block; }
figcaption { overflow-wrap: anywhere; }
figcaption span { margin-right: 1.1rem; display: inline-block; }
figure svg.key { display: inline-block; width: 2.4rem; height: .8rem; vertical-align: middle; margin-right: .35rem; }
svg text { fill: var(--faint); font: 12px system-ui, sans-serif; }
.axis { stroke: var(--faint); }
.grid { stroke: var(--rule); }
.curve { fill: none; stroke: var(--c); stroke-width: 2; }
.box { fill: none; stroke: var(--c); stroke-width: 1.5; }
rect.box { fill: var(--c); fill-opacity: .15; }
.median { stroke: var(--c); stroke-width: 3; }
.curve, .box { stroke-dasharray: var(--d); }
.mark { fill: var(--panel); stroke: var(--c); stroke-width: 2; }
.near { fill: none; stroke: var(--c); }
.far { fill: var(--c); stroke: var(--c); }
.s0 { --c: var(--s0); --d: none; }
.s1 { --c: var(--s1); --d: 7 3; }
.s2 { --c: var(--s2); --d: 2 2.5; }
.s3 { --c: var(--s3); --d: 9 3 2 3; }
.s4 { --c: var(--s4); --d: 12 4; }
.s5 { --c: var(--s5); --d: 4 2; }
@media print { figure { break-inside: avoid; } }
)css";

}  // namespace faaslight
