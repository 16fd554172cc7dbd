const { NO_COLOR } = process.env;
const colorful = process.stdout.isTTY && (NO_COLOR === undefined || NO_COLOR === '');

function style(open: number, close: number): (text: string) => string {
  return (text) => (colorful ? `\x1b[${open}m${text}\x1b[${close}m` : text);
}

/** Terminal styles; plain text where nobody looks at a terminal, or `NO_COLOR` is set. */
export const paint = {
  bold: style(1, 22),
  dim: style(2, 22),
  red: style(31, 39),
  green: style(32, 39),
  yellow: style(33, 39),
};
