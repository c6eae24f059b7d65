// The foot of the matrix explains the chosen cell: the shape and name of its visit, then one sentence.
const foot = document.querySelector("[data-explains]");

function part(className, words) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = words;
  return made;
}

document.addEventListener("tandem:cell", ({ target }) => {
  const { head, shape, words } = target.dataset;
  if (head) foot.replaceChildren(part(shape ? `st ${shape}` : "strong", head), part("t2 cut", words));
});
