// Read as a text and run inside the page, where there is a document.

/** What a person would call cut off, or hanging over: of what is not there to be scrolled. */
function clumsyParts() {
  const found = [];
  const shown = (element) =>
    `${element.tagName.toLowerCase()}.${element.className}: ${(element.textContent ?? '').slice(0, 60)}`;
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`the page is ${document.documentElement.scrollWidth} wide, of ${innerWidth}`);
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('svg, .scroll, .sr, .skip, dialog:not([open]), thead') !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`hangs over: ${shown(element)}`);
    const style = getComputedStyle(element);
    const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
    const isMeant = element.closest('.actor, .tile') !== null || style.webkitLineClamp !== 'none';
    if (hides && !isMeant && element.scrollWidth > element.clientWidth + 1)
      found.push(`is cut off: ${shown(element)}`);
  }
  return found;
}

/** Texts that stand on one another, among those that are placed by hand. */
function overlaps(what) {
  const boxes = [...document.querySelectorAll(what)].map((element) => ({
    text: element.textContent ?? '',
    box: element.getBoundingClientRect(),
  }));
  return boxes.flatMap((one, i) =>
    boxes.slice(i + 1).flatMap((other) => {
      const apart =
        one.box.right <= other.box.left + 1 ||
        other.box.right <= one.box.left + 1 ||
        one.box.bottom <= other.box.top + 1 ||
        other.box.bottom <= one.box.top + 1;
      return apart ? [] : [`'${one.text}' and '${other.text}'`];
    }),
  );
}
