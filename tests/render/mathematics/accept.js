// Which pieces of mathematics KaTeX and MathJax do not accept.
// stdin: in each line a JSON list of {tex, display, strict}; stdout: for each a line with a JSON list of {tex, viewer, reason}.
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");
const { SerializedMmlVisitor } = require("mathjax-full/js/core/MmlTree/SerializedMmlVisitor.js");
const { STATE } = require("mathjax-full/js/core/MathItem.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const katex = require("katex");

RegisterHTMLHandler(liteAdaptor());
const left = ["bussproofs", "noundefined", "noerrors", "textmacros"]; // an unknown macro is an error, one in \text{} is shown
const packages = AllPackages.filter((name) => !left.includes(name));
const page = mathjax.document("", { InputJax: new TeX({ packages }) });
const visitor = new SerializedMmlVisitor();

const viewers = {
  KaTeX: ({ tex, display, strict }) =>
    katex.renderToString(tex, { displayMode: display, output: "mathml", throwOnError: true, strict: strict ? "error" : "ignore" }),
  MathJax: ({ tex, display }) => {
    const tree = visitor.visitTree(page.convert(tex, { display, end: STATE.CONVERT }));
    const reason = /<merror data-mjx-error="([^"]*)"/.exec(tree) || /<(merror)/.exec(tree);
    if (reason) throw new Error(reason[1]);
    const shown = /<mtext>([^<]*\\[A-Za-z]+[^<]*)<\/mtext>/.exec(tree);
    if (shown) throw new Error(`a macro is shown as text: ${shown[1]}`);
  },
};

const refused = (pieces) => {
  const found = [];
  for (const piece of pieces) {
    for (const [viewer, accept] of Object.entries(viewers)) {
      try {
        accept(piece);
      } catch (error) {
        found.push({ tex: piece.tex, viewer, reason: error.message });
      }
    }
  }
  return found;
};
require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => process.stdout.write(JSON.stringify(refused(JSON.parse(line))) + "\n"));
