// The page looks once a second whether its file is another one now, and then loads itself again. A script must not
// read a file; so the page opens itself in a frame that nobody sees, and what stands there says which page it is.
(() => {
  const made = document.querySelector('meta[name="made"]').content;
  const asked = "?live";
  if (parent !== window && location.search.startsWith(asked)) {
    parent.postMessage(made, "*");
    return;
  }
  const key = "open " + location.pathname;
  const folds = () => [...document.querySelectorAll("details")];
  addEventListener("DOMContentLoaded", () => {
    const open = (sessionStorage.getItem(key) || "").split(" ");
    folds().forEach((fold, k) => { if (open.includes(String(k))) fold.open = true; });
  });
  let frame;
  addEventListener("message", (said) => {
    if (!frame || said.source !== frame.contentWindow || said.data === made) return;
    sessionStorage.setItem(key, folds().flatMap((fold, k) => fold.open ? [k] : []).join(" "));
    location.reload();
  });
  setInterval(() => {
    if (frame) frame.remove();
    frame = document.createElement("iframe");
    frame.hidden = true;
    frame.src = location.pathname + asked + Date.now();
    document.body.append(frame);
  }, 1000);
})();
