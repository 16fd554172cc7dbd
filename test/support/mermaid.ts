/** A parsed flow chart of the forms that we draw. */
export interface Chart {
  /** Id → text, entity codes read. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly edges: readonly { from: string; to: string; dotted: boolean }[];
}

const NODE = String.raw`(\w+)(?:\(\[(.*?)\]\)|\{\{(.*?)\}\}|\[\/(.*?)\/\]|\[(.*?)\])?`;
const LINE = new RegExp(`^  ${NODE}(?: (-->|-\\. (?:fails|unknown) \\.->) ${NODE})?$`);

function read(text: string): string {
  const quoted = /^"([^"\n]*)"$/.exec(text);
  if (quoted === null && !/^\w+$/.test(text)) throw new SyntaxError(`Unquoted text: ${text}`);
  const inner = quoted?.[1] ?? text;
  if (/[<>&\\`\r]/.test(inner)) throw new SyntaxError(`Markup in ${text}`);
  return inner.replace(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

/** Reads a chart strictly: what does not match Mermaid's grammar of these few forms is an error. */
export function parseMermaid(source: string): Chart {
  const [head, ...lines] = source.trimEnd().split('\n');
  if (head !== 'flowchart TD') throw new SyntaxError(`Not a flow chart: ${head}`);
  const nodes = new Map<string, string>();
  const edges: { from: string; to: string; dotted: boolean }[] = [];
  const declare = (id: string, shapes: readonly (string | undefined)[]): void => {
    const text = shapes.find((shape) => shape !== undefined);
    if (text !== undefined) nodes.set(id, read(text));
  };
  for (const line of lines) {
    const match = LINE.exec(line);
    if (match === null) throw new SyntaxError(`Not a node or an edge: ${line}`);
    const [, from = '', ...rest] = match;
    declare(from, rest.slice(0, 4));
    const [arrow, to] = rest.slice(4, 6);
    if (arrow === undefined || to === undefined) continue;
    declare(to, rest.slice(6, 10));
    edges.push({ from, to, dotted: arrow !== '-->' });
  }
  for (const { from, to } of edges) {
    for (const id of [from, to]) if (!nodes.has(id)) throw new SyntaxError(`${id} is not declared`);
  }
  return { nodes, edges };
}
