/** Lines of equal columns: the first to the left, the others, numbers, to the right. */
export function table(title, head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ');
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [title, '', line(all[0]), rule, ...all.slice(1).map(line), ''].join('\n');
}

export function whole(value) {
  return Math.round(value).toLocaleString('en-US');
}

export function times(value) {
  return `${value.toFixed(2)} ×`;
}
