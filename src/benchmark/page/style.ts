/** The page's style: one column, light or dark as the reader's system is. Rows' colours are told apart by the colour-blind. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5a6675;--line:#d9dfe6;--paper:#f6f8fa;--card:#fff;--accent:#0b61a4;
--warn:#7a4d00;--warn-paper:#fff4dc;--c0:#0b61a4;--c1:#c8500a;--c2:#08795a;--c3:#a8447c;--c4:#8a6d00;--c5:#2a86c8;--c6:#5b4bb5;--c7:#5f6b77}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#a3afbd;--line:#313c49;--paper:#10161d;--card:#18202a;--accent:#6db6f2;
--warn:#ffd68a;--warn-paper:#3a2b08;--c0:#6db6f2;--c1:#ff9a5c;--c2:#4fd1a5;--c3:#ec8fc4;--c4:#e3c44d;--c5:#9fd3ff;--c6:#b3a6ff;--c7:#b4bfcb}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1020px;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{font-size:1.7rem;margin:0 0 .3rem;letter-spacing:-.01em}h2{font-size:1.15rem;margin:0 0 .2rem}h3{font-size:.95rem;margin:1rem 0 .2rem}
h3 small{color:var(--soft);font-weight:400;margin-left:.4rem}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.3rem;margin-top:1.1rem}
p{margin:.2rem 0 .7rem}.lead,section>p,figcaption{color:var(--soft)}
.notice{background:var(--warn-paper);color:var(--warn);border-radius:8px;padding:.6rem .9rem;margin:1rem 0 0}
.scroll{overflow-x:auto}svg{display:block;width:100%;min-width:660px;height:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.34rem .45rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--line)}
th{font-weight:600;color:var(--soft);font-size:.85rem}th:first-child,td:first-child{text-align:left}tr:last-child td{border-bottom:0}
td i,.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;margin-right:.5rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:.6rem 0 0}
.legend i.square{border-radius:2px}
dl{display:grid;grid-template-columns:minmax(8rem,17rem) 1fr;gap:.25rem 1.2rem;margin:0}dt{color:var(--soft)}dd{margin:0}h1,p,li,dt,dd,summary{overflow-wrap:anywhere}
@media (max-width:640px){dl{display:block}dd{margin-bottom:.5rem}section{padding:.9rem}}
text{font-size:12px;fill:var(--ink)}.halo{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}.tick{fill:var(--soft)}.middle{text-anchor:middle}.end{text-anchor:end}
.grid{stroke:var(--line)}.mark{stroke:var(--ink);stroke-width:1.5}
.fill{fill:var(--c)}.stroke{stroke:var(--c)}.soft{fill-opacity:.35}.thick{stroke-width:3}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.front{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:5 4}
i{background:var(--c)}${Array.from({ length: 8 }, (_, index) => `.s${index}{--c:var(--c${index})}`).join("")}
.stage0{fill:var(--c4)}.stage1{fill:var(--c2)}.stage2{fill:var(--c0)}.stage3{fill:var(--c3)}.stage4{fill:var(--c7)}
i.stage0{background:var(--c4)}i.stage1{background:var(--c2)}i.stage2{background:var(--c0)}i.stage3{background:var(--c3)}i.stage4{background:var(--c7)}
details+details{margin-top:.6rem}summary{cursor:pointer;font-weight:600}
.took{fill:var(--c0);fill-opacity:.4}.least{fill:var(--c0)}i.took{background:var(--c0);opacity:.4}i.least{background:var(--c0)}
@media print{section{break-inside:avoid}}`;
