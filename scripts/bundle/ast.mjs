/**
 * Ways through the syntax tree of a file, and to change its text.
 */

/** Visits a node and all below it, each with the one above. */
export function walk(node, parent, visit) {
  if (Array.isArray(node)) for (const each of node) walk(each, parent, visit);
  else if (typeof node?.type === 'string') {
    visit(node, parent);
    for (const key in node) walk(node[key], node, visit);
  }
}

/** The text with other texts in the place of some of its parts, `{ start, end, text }`. */
export function edited(code, edits) {
  let text = '';
  let end = 0;
  for (const edit of edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
    text += code.slice(end, edit.start) + edit.text;
    end = edit.end;
  }
  return text + code.slice(end);
}
